"""Write anew what the lessons say and their contents; show what changed: ``python -m tests.words``.

Read the difference: does each number still belong to the same thing, in both languages?
"""

from __future__ import annotations

import sys

from convexplain.lessons.parts import contents
from tests.words import CONTENTS, current, difference, file_of, names, stored


def main() -> int:
    """Show the differences, and keep the words of today; 1 if there were any."""
    changed = 0
    for name in names():
        now = current(name)
        if now != stored(name):
            sys.stdout.write(difference(name))
            file_of(name).write_text(now, "utf-8")
            changed += 1
    if (now := contents.document()) != CONTENTS.read_text("utf-8"):
        CONTENTS.write_text(now, "utf-8")
        print("the table of contents was written anew")
        changed += 1
    print(f"{changed} of {len(names()) + 1} files were written anew")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
