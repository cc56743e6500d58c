"""What ships with the package, or is fetched for it: fonts, networks, MNIST."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import resources

from convexplain.doctor.finding import Finding
from convexplain.errors import ConvexplainError

_AGAIN = "install convexplain again: its own files are damaged"


def check_fonts() -> Finding:
    """Check that both weights of the font are there and can write every text of the lessons."""
    from convexplain import fonts

    text = "".join(sorted(set("".join(_texts()))))
    try:
        for weight in fonts.WEIGHTS:
            fonts.require(text, fonts.path(weight))
    except ConvexplainError as error:
        return Finding("fonts", "failed", str(error).partition(": ")[0], _AGAIN)
    chinese = sum("\u3400" <= character <= "\u9fff" for character in text)
    found = f"all {len(text)} characters of the lessons, {chinese} of them Chinese, in both weights"
    return Finding("fonts", "ok", found)


def check_networks() -> Finding:
    """Check that the networks load, and read the first bundled digit of each class right."""
    import numpy as np

    from convexplain import digits
    from convexplain.network import BUNDLED, Network

    try:
        pictures = np.stack([digits.first(label).pixels for label in range(10)])
        for name in BUNDLED:
            answers = Network.load(name)(pictures).argmax(axis=-1)
            wrong = np.flatnonzero(answers != np.arange(10))
            if wrong.size:
                found = f"{name} reads the bundled {wrong[0]} as {answers[wrong[0]]}"
                return Finding("networks", "failed", found, _AGAIN)
    except (ConvexplainError, OSError) as error:
        return Finding("networks", "failed", " ".join(str(error).split()), _AGAIN)
    return Finding("networks", "ok", f"{' and '.join(BUNDLED)} read the ten bundled digits right")


def check_mnist() -> Finding:
    """Check MNIST's four files against their SHA-256; only training and measuring need them."""
    from convexplain import mnist

    use = "train, evaluate and experiment need them, no render does"
    try:
        status = mnist.status()
    except ConvexplainError as error:
        return Finding("MNIST", "warning", str(error), f"{use}; let yourself read it")
    fetch = f"{use}; type: convexplain data fetch"
    if status.verified:
        return Finding("MNIST", "ok", f"four files in {status.directory}, verified")
    if all(file.size is None for file in status.files):
        return Finding("MNIST", "warning", "not on this machine", fetch)
    missing = [file.name for file in status.files if file.size is None]
    damaged = [file.name for file in status.files if file.size is not None and not file.verified]
    wrong = [f"lacks {', '.join(missing)}"] * bool(missing)
    wrong += [f"has another {', '.join(damaged)} (the SHA-256 differs)"] * bool(damaged)
    remedy = f"{use}; type: convexplain data fetch" if not damaged else f"{use}; delete and fetch"
    return Finding("MNIST", "warning", f"{status.directory} {' and '.join(wrong)}", remedy)


def _texts() -> Iterator[str]:
    """Yield the strings of the lessons that are not docstrings; none of them is run."""
    for file in resources.files("convexplain.lessons").iterdir():
        if not file.name.endswith(".py"):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        nodes = [*ast.walk(tree)]
        documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documentation
            ):
                yield from node.value.splitlines()
