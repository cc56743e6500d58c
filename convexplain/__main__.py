"""``python -m convexplain``, and what the command ``convexplain`` starts."""

import os
import sys

if __name__ == "__main__":
    # Python puts the current folder first; a numpy.py or signal.py that lies there is not ours.
    try:
        here = os.path.realpath(".")
    except FileNotFoundError:  # a folder that was deleted holds nothing
        here = ""
    sys.path[:] = [folder for folder in sys.path if folder and os.path.realpath(folder) != here]

import logging
import signal


def main() -> None:
    """Run the command line of this process.

    While its modules are imported, Ctrl-C ends the process at once, without a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The fonts are the program's own: how long matplotlib lists the system's is nobody's matter.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    from convexplain.cli import main as run

    run()


if __name__ == "__main__":
    main()
