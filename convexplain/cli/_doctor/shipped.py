"""What ships with the package, or is fetched for it: fonts, networks, MNIST."""

from __future__ import annotations

from convexplain.cli._doctor.finding import Finding
from convexplain.cli._doctor.trial import Answer
from convexplain.errors import ConvexplainError, listed
from convexplain.messages import Message, said, together

_AGAIN = Message("install convexplain again: its own files are damaged")


def check_fonts(answer: Answer) -> Finding:
    """Check that both weights of the font can write every text of the lessons."""
    if answer.problem:
        return Finding("fonts", "failed", answer.problem, _AGAIN)
    every, chinese = answer.found
    found = Message(
        "all {count} characters of the lessons, {chinese} of them Chinese, in both weights",
        count=every,
        chinese=chinese,
    )
    return Finding("fonts", "ok", found)


def check_networks() -> Finding:
    """Check that the networks load, and read what ships for them right."""
    from convexplain.network.bundled import BUNDLED, shipped

    try:
        for name in shipped():
            if wrong := _misread(name):
                return Finding("networks", "failed", wrong, _AGAIN)
    except (ConvexplainError, OSError) as error:
        return Finding("networks", "failed", said(error), _AGAIN)
    found = Message(
        "{names}: each reads what ships for it right: the ten digits, the cat",
        names=listed(shipped()),
    )
    if lacking := [name for name in BUNDLED if name not in shipped()]:
        left_out = Message("{names} was left out of this copy", names=listed(lacking))
        return Finding("networks", "ok", together([found, left_out]))
    return Finding("networks", "ok", found)


def _misread(name: str) -> Message | None:
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
            return Message(
                "{network} reads the bundled {right} as {answer}",
                network=name,
                right=right,
                answer=answer,
            )
    return None


def check_mnist() -> Finding:
    """Check MNIST's four files against their SHA-256; only training and measuring need them."""
    from convexplain.data import mnist

    use = Message("train, evaluate and experiment need them, no render does")
    try:
        status = mnist.status()
    except ConvexplainError as error:
        return Finding(
            "MNIST", "warning", said(error), together([use, Message("let yourself read it")])
        )
    fetch = together([use, Message("type: {line}", line="convexplain data fetch")])
    if status.verified:
        return Finding(
            "MNIST", "ok", Message("four files in {folder}, verified", folder=status.directory)
        )
    if all(file.size is None for file in status.files):
        return Finding("MNIST", "warning", Message("not on this machine"), fetch)
    missing = [file.name for file in status.files if file.size is None]
    damaged = [file.name for file in status.files if file.size is not None and not file.verified]
    wrong = []
    if missing:
        wrong.append(
            Message("{folder} lacks {names}", folder=status.directory, names=listed(missing))
        )
    if damaged:
        wrong.append(
            Message(
                "{folder} has another {names} (the SHA-256 differs)",
                folder=status.directory,
                names=listed(damaged),
            )
        )
    remedy = together([use, Message("delete and fetch")]) if damaged else fetch
    return Finding("MNIST", "warning", together(wrong), remedy)
