"""What ships with the package, or is fetched for it: fonts, networks, MNIST."""

from __future__ import annotations

from convexplain.cli._doctor.finding import Finding
from convexplain.cli._doctor.trial import Answer
from convexplain.errors import ConvexplainError

_AGAIN = "install convexplain again: its own files are damaged"


def check_fonts(answer: Answer) -> Finding:
    """Check that both weights of the font can write every text of the lessons."""
    if answer.problem:
        return Finding("fonts", "failed", answer.problem, _AGAIN)
    every, chinese = answer.found
    found = f"all {every} characters of the lessons, {chinese} of them Chinese, in both weights"
    return Finding("fonts", "ok", found)


def check_networks() -> Finding:
    """Check that the networks load, and read what ships for them right."""
    from convexplain.network.network import BUNDLED, shipped

    try:
        for name in shipped():
            if wrong := _misread(name):
                return Finding("networks", "failed", wrong, _AGAIN)
    except (ConvexplainError, OSError) as error:
        return Finding("networks", "failed", " ".join(str(error).split()), _AGAIN)
    found = "each reads what ships for it right: the ten digits, the cat"
    lacking = [name for name in BUNDLED if name not in shipped()]
    left_out = f"; {' and '.join(lacking)} was left out of this copy" if lacking else ""
    return Finding("networks", "ok", f"{', '.join(shipped())}: {found}{left_out}")


def _misread(name: str) -> str | None:
    """Say what of the pictures that ship a network misreads."""
    import numpy as np

    from convexplain.data import digits, photographs
    from convexplain.network import Network

    network = Network.load(name)
    if network.reads_digits:
        pictures = [digits.first(label) for label in range(digits.CLASSES)]
        wanted = [str(label) for label in range(digits.CLASSES)]
    else:
        pictures, wanted = [photographs.load("cat")], ["cat"]
    answers = network(np.stack([network.prepare(picture) for picture in pictures])).argmax(axis=-1)
    for right, answer in zip(wanted, map(network.class_name, answers.tolist()), strict=True):
        if answer.en != right:
            return f"{name} reads the bundled {right} as {answer.en}"
    return None


def check_mnist() -> Finding:
    """Check MNIST's four files against their SHA-256; only training and measuring need them."""
    from convexplain.data import mnist

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
