"""``python -m convexplain``, and what the command ``convexplain`` starts."""

import contextlib
import signal
import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts the current folder first; a numpy.py or manim.py that lies there is not ours.
    with contextlib.suppress(FileNotFoundError):  # a current folder that was deleted holds nothing
        here = Path.cwd()
        sys.path[:] = [folder for folder in sys.path if folder and Path(folder) != here]


def main() -> None:
    """Run the command line of this process.

    While its modules are imported, Ctrl-C ends the process at once, without a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from convexplain.cli import main as run

    run()


if __name__ == "__main__":
    main()
