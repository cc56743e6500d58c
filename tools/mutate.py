"""Break the core on purpose, in small ways, and see whether the tests notice.

Each mutation is a change of one place in the text of one file, and the tests that should catch it.
It is made in a copy of the tree, where these tests then run and must fail::

    python tools/mutate.py                # all of them: exit code 1 if one is not caught
    python tools/mutate.py stride bias    # those whose names have one of these words
    python tools/mutate.py --check        # only whether every change still has its place
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
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What the tests of the core need.
PARTS = ("convexplain", "scenes", "tests", "tools", "docs", "pyproject.toml")
FAILED = 1  # pytest's exit code where tests have failed; others mean that none could run


@dataclass(frozen=True)
class Mutation:
    """One small mistake.

    Parameters
    ----------
    name : str
        What is wrong then.
    file : str
        Where, from the root of the repository.
    right, wrong : str
        The text as it is, which stands there once, and what takes its place.
    tests : str
        Files of tests that should notice, with blanks between them.
    """

    name: str
    file: str
    right: str
    wrong: str
    tests: str

    def applied(self, text: str) -> str:
        """Return the file's text with the mistake.

        Raises
        ------
        LookupError
            The place is not there, or there more than once.
        """
        count = text.count(self.right)
        if count != 1:
            raise LookupError(f"{self.name}: {self.file} holds the text to change {count} times")
        return text.replace(self.right, self.wrong)


MUTATIONS = (
    Mutation(
        "the sign of a product",
        "convexplain/steps.py",
        "products = patch.astype(np.float64) * self",
        "products = -patch.astype(np.float64) * self",
        "tests/test_steps.py",
    ),
    Mutation(
        "a forgotten bias",
        "convexplain/ops.py",
        "    if bias is not None:\n        output += bias\n    return output\n\n\ndef _products",
        "    return output\n\n\ndef _products",
        "tests/test_ops.py",
    ),
    Mutation(
        "a kernel that is flipped",
        "convexplain/ops.py",
        "return np.tensordot(view, kernels, axes=3)",
        "return np.tensordot(view, kernels[::-1, ::-1], axes=3)",
        "tests/test_ops.py",
    ),
    Mutation(
        "rows taken for columns",
        "convexplain/patching.py",
        "view[..., ::sh, ::sw, ::dh, ::dw, :]",
        "view[..., ::sw, ::sh, ::dh, ::dw, :]",
        "tests/test_ops.py",
    ),
    Mutation(
        "a stride that is ignored in counting",
        "convexplain/geometry.py",
        "return (padded - span) // stride + 1",
        "return (padded - span) + 1",
        "tests/test_geometry.py",
    ),
    Mutation(
        "a dilation off by one",
        "convexplain/geometry.py",
        "return dh * (kh - 1) + 1, dw * (kw - 1) + 1",
        "return dh * (kh - 1) + 1, (dw + 1) * (kw - 1) + 1",
        "tests/test_geometry.py",
    ),
    Mutation(
        "padding on the wrong side",
        "convexplain/geometry.py",
        "return rows // 2, rows - rows // 2, cols // 2, cols - cols // 2",
        "return rows - rows // 2, rows // 2, cols // 2, cols - cols // 2",
        "tests/test_geometry.py tests/test_ops.py",
    ),
    Mutation(
        "a receptive field off by one",
        "convexplain/geometry.py",
        "size = _plus(size, ((window.span[0] - 1) * step[0],",
        "size = _plus(size, (window.span[0] * step[0],",
        "tests/test_geometry.py",
    ),
    Mutation(
        "ReLU as the absolute value",
        "convexplain/activations.py",
        "output: Floats = np.maximum(x, x.dtype.type(0))",
        "output: Floats = np.abs(x)",
        "tests/test_activations.py",
    ),
    Mutation(
        "softmax without subtracting the largest",
        "convexplain/activations.py",
        "powers = np.exp(x - x.max(axis=axis, keepdims=True))",
        "powers = np.exp(x)",
        "tests/test_activations.py",
    ),
    Mutation(
        "the mean in place of the largest",
        "convexplain/pooling.py",
        'pictures("x", x).max(axis=(-3, -2))',
        'pictures("x", x).mean(axis=(-3, -2))',
        "tests/test_pooling.py",
    ),
    Mutation(
        "the last of equal cells wins a pool",
        "convexplain/pool_steps.py",
        "value, argmax = max(cells, key=lambda cell: cell[0])",
        "value, argmax = max(cells)",
        "tests/test_steps.py tests/test_pooling.py",
    ),
    Mutation(
        "channels in the wrong order",
        "convexplain/patching.py",
        "view = np.moveaxis(view, -3, -1)",
        "view = np.moveaxis(view, -3, -1)[..., ::-1]",
        "tests/test_ops.py",
    ),
    Mutation(
        "channels averaged, not added",
        "convexplain/steps.py",
        "total = products.sum()",
        "total = products.sum(axis=(0, 1)).mean()",
        "tests/test_steps.py",
    ),
    Mutation(
        "sums in float32",
        "convexplain/network.py",
        "sums = layer.before(x.astype(np.float64), self.weights_of(layer.name))",
        "sums = layer.before(x.astype(np.float32), self.weights_of(layer.name))",
        "tests/test_network.py tests/test_trace.py",
    ),
    Mutation(
        "a hyphen for the minus sign",
        "convexplain/format.py",
        'MINUS = "\\N{MINUS SIGN}"',
        'MINUS = "-"',
        "tests/test_format.py",
    ),
    Mutation(
        "halves rounded to even",
        "convexplain/format.py",
        "_EXACT = Context(prec=1200, rounding=ROUND_HALF_UP)",
        '_EXACT = Context(prec=1200, rounding="ROUND_HALF_EVEN")',
        "tests/test_format.py",
    ),
    Mutation(
        "the wrong colour for a negative value",
        "convexplain/theme.py",
        "table = _signed_table(self.negative, self.zero, self.positive)",
        "table = _signed_table(self.positive, self.zero, self.positive)",
        "tests/test_theme.py",
    ),
    Mutation(
        "a colour scale for each map",
        "convexplain/lessons/response_map.py",
        "maps = self.trace.input_of(layer.name) if pools else self.maps\n",
        "maps = self.response_map\n",
        "tests/test_response_map.py",
    ),
    Mutation(
        "a stale piece accepted",
        "convexplain/pieces.py",
        'right = told == {"piece": path.name, "sha256": _digest(path)}',
        'right = told["piece"] == path.name',
        "tests/test_pieces.py",
    ),
    Mutation(
        "the gradient without ReLU's mask",
        "convexplain/passes.py",
        '"relu": lambda y: y > 0,',
        '"relu": lambda y: y == y,',
        "tests/test_training.py",
    ),
    Mutation(
        "subtitles that overlap",
        "convexplain/subtitles.py",
        "cues.append(Cue(begin, end, text))",
        "cues.append(Cue(begin, end + 0.5, text))",
        "tests/test_subtitles.py",
    ),
)


def copy(folder: Path) -> None:
    """Copy what the tests of the core need."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "_build"))
        else:
            shutil.copy2(source, target)


def run(folder: Path, tests: Sequence[str]) -> int:
    """Run tests in a copy; return pytest's exit code."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",  # a changed file may have the size and time of another
        "OMP_NUM_THREADS": "1",
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
        raise RuntimeError(f"no tests ran ({done.returncode}): {done.stdout[-500:]}{done.stderr}")
    return done.returncode


def is_caught(mutation: Mutation, folder: Path) -> bool:
    """Make one mistake in a copy, run its tests, and put it right again."""
    path = folder / mutation.file
    text = path.read_text("utf-8")
    path.write_text(mutation.applied(text), "utf-8")
    try:
        return run(folder, mutation.tests.split()) == FAILED
    finally:
        path.write_text(text, "utf-8")


def main() -> int:
    """Make the mistakes that were asked for; return 1 if a test does not notice one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="only mutations whose names have one of these")
    parser.add_argument("--check", action="store_true", help="change and run nothing")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="how many run at the same time")
    asked = parser.parse_args()
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
        if run(folders[0], every) == FAILED:
            print("the tests fail without any mistake: put that right first", file=sys.stderr)
            return 1

        def worker(number: int) -> list[str]:
            survived = []
            for mutation in chosen[number :: asked.jobs]:
                caught = is_caught(mutation, folders[number])
                print(f"{'caught' if caught else 'SURVIVED':8}  {mutation.name}", flush=True)
                survived += [] if caught else [mutation.name]
            return survived

        with ThreadPoolExecutor(asked.jobs) as pool:
            survived = [name for part in pool.map(worker, range(asked.jobs)) for name in part]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} caught")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
