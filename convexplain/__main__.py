"""``python -m convexplain``: the same as the command ``convexplain``."""

import sys
from pathlib import Path

# Python puts the current folder first; a numpy.py or manim.py that lies there is not ours.
sys.path[:] = [folder for folder in sys.path if folder and Path(folder) != Path.cwd()]

from convexplain.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
