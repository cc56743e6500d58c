"""``python -m convexplain``: the same as the command ``convexplain``."""

from convexplain.cli import main

if __name__ == "__main__":
    main()
