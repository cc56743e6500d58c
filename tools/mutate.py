"""Make small mistakes on purpose, one at a time, and see whether the tests notice.

Each mutation changes one place in the text of one file, and names the tests that should catch it.
It is made in a copy of the tree, where these tests then run and must fail::

    python tools/mutate.py                # all of them: exit code 1 if one is not caught
    python tools/mutate.py stride bias    # those whose names have one of these words
    python tools/mutate.py --check        # only whether every change still has its place

A mutation whose file no test has run, or read, proves nothing: it is told as NOT REACHED; so does
one with which pytest finds no test to run, NO TEST RAN. The others are made all the same.
The mutations stand in tools/mutations.py.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.mutations import Mutation

ROOT = Path(__file__).parents[1]
#: What the tests need.
PARTS = (
    "convexplain",
    "scenes",
    "tests",
    "tools",
    "docs",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
)
FAILED = 1  # pytest's exit code where tests have failed; others mean that none could run
CAUGHT, SURVIVED, NOT_REACHED, NOT_RUN = "caught", "SURVIVED", "NOT REACHED", "NO TEST RAN"

# Every Python that runs in a copy has this as its `sitecustomize`: it leaves a mark once the
# changed file is executed, or read if it is not Python. Worker processes, and scenes, which are
# run as files, are seen as well as modules.
_WATCH = """
import os
import sys

_file, _mark = os.environ.get("MUTATED_FILE", ""), os.environ.get("MUTATED_MARK", "")


def _watch(event, arguments):
    if event == "exec":
        name = getattr(arguments[0], "co_filename", "")
    elif event == "open" and not _file.endswith(".py"):
        name = arguments[0]
    else:
        return
    if isinstance(name, str) and name.endswith(_end) and os.path.realpath(name) == _file:
        os.close(os.open(_mark, os.O_CREAT | os.O_WRONLY))


_end = os.path.basename(_file)
if _mark:
    sys.addaudithook(_watch)
"""


def copy(folder: Path) -> None:
    """Copy what the tests need; the copy's scenes are found as `convexplain.scenes`."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "_build")
            shutil.copytree(source, target, symlinks=True, ignore=ignored)
        else:
            shutil.copy2(source, target)
    # An editable install knows them by a table that leads to its own tree.
    link = folder / "convexplain" / "scenes"
    link.unlink(missing_ok=True)
    link.symlink_to(folder / "scenes")


def run(folder: Path, tests: Sequence[str], changed: str = "") -> tuple[int, bool]:
    """Run tests in a copy; return pytest's exit code, and whether the changed file was reached.

    Reached is what was executed, or read if it is not Python.
    """
    with tempfile.TemporaryDirectory(prefix="watch-") as place:
        watch = Path(place)
        (watch / "sitecustomize.py").write_text(_WATCH, "utf-8")
        mark = watch / "reached"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((place, str(folder))),
            "PYTHONDONTWRITEBYTECODE": "1",  # a changed file may have the size and time of another
            "OMP_NUM_THREADS": "1",
            "MUTATED_FILE": str((folder / changed).resolve()),
            "MUTATED_MARK": str(mark),
        }
        options = ("-q", "-x", "-p", "no:cacheprovider", "--no-header", "--tb=line")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode not in (0, FAILED):
            raise RuntimeError(
                f"no tests ran ({done.returncode}): {done.stdout[-500:]}{done.stderr}"
            )
        return done.returncode, mark.exists()


def outcome(mutation: Mutation, folder: Path) -> str:
    """Make one mistake in a copy, run its tests, and put it right again."""
    path = folder / mutation.file
    text = path.read_text("utf-8")
    path.write_text(mutation.applied(text), "utf-8")
    try:
        code, reached = run(folder, mutation.tests.split(), mutation.file)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return NOT_RUN
    finally:
        path.write_text(text, "utf-8")
    if not reached:
        return NOT_REACHED
    return CAUGHT if code == FAILED else SURVIVED


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the mistakes that were asked for; return 1 if a test does not notice one."""
    from tools.mutations import MUTATIONS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="only mutations whose names have one of these")
    parser.add_argument("--check", action="store_true", help="change and run nothing")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="how many run at the same time")
    asked = parser.parse_args(arguments)
    chosen = [m for m in MUTATIONS if not asked.words or any(w in m.name for w in asked.words)]
    for mutation in chosen:
        mutation.applied((ROOT / mutation.file).read_text("utf-8"))
    if asked.check:
        return 0
    with tempfile.TemporaryDirectory(prefix="mutate-") as place:
        folders = [Path(place) / str(number) for number in range(asked.jobs)]
        for folder in folders:
            copy(folder)
        every = sorted({test for mutation in chosen for test in mutation.tests.split()})
        if run(folders[0], every)[0] == FAILED:
            print("the tests fail without any mistake: put that right first", file=sys.stderr)
            return 1

        def worker(number: int) -> list[str]:
            survived = []
            for mutation in chosen[number :: asked.jobs]:
                found = outcome(mutation, folders[number])
                print(f"{found:11}  {mutation.name}", flush=True)
                survived += [] if found == CAUGHT else [mutation.name]
            return survived

        with ThreadPoolExecutor(asked.jobs) as pool:
            survived = [name for part in pool.map(worker, range(asked.jobs)) for name in part]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
