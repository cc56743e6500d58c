"""What the page is written with: networks, digits, words, colours, all as JSON data."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convexplain.data import digits, facts, kernels, photographs
from convexplain.data.digits import CLASSES, SHAPE
from convexplain.data.pictures import Mode, Picture
from convexplain.errors import ConvexplainError, UsageError, choose
from convexplain.lessons.parts import mistakes
from convexplain.lessons.parts.subject import Subject
from convexplain.messages import Message
from convexplain.network import Network, modelfile
from convexplain.page.examples import find_examples, telling_shifts
from convexplain.page.glossary import glossary, layer_facts
from convexplain.page.lesson import Slides
from convexplain.page.words import WORDS
from convexplain.style import theme
from convexplain.style.captions import LANGUAGES, Caption

#: With more weights a browser opens the page slowly, with more cells it answers slowly.
MOST_WEIGHTS, MOST_CELLS = 2_000_000, 2_500_000
#: Ends of a network that say how probable each class is.
ENDINGS = ("softmax", "linear", "log_softmax")
_PHOTOGRAPHS = {"cat": Caption(en="cat", zh="猫"), "rocket": Caption(en="rocket", zh="火箭")}


def collect(
    picture: Picture | None = None,
    *,
    network: Network | None = None,
    model: str = "cnn",
    lang: str | None = None,
    theme: str | None = None,
    slides: Slides | None = None,
    lessons: str | None = None,
    embed: bool = False,
    url: str | None = None,
) -> dict[str, Any]:
    """Gather what ``data.js`` describes, as JSON data; the parameters are those of `page.html`."""
    for kind, given, known in (("language", lang, LANGUAGES), ("theme", theme, themes())):
        if given is not None and given not in known:
            raise UsageError(
                "there is no {kind} {given!r}: {choice}",
                kind=kind,
                given=given,
                choice=choose(given, known),
            )
    network = Network.load("cnn") if network is None else network
    check_network(network)
    offered = pictures(network)
    if picture is not None:
        picture = fitted(network, picture)
    # A baseline reads the digits as they are, and is not compared with itself.
    beside = Network.load("dense") if reads_mnist(network) else None
    explained = weights(network)
    baseline = None if beside is None else weights(beside)
    if baseline == explained:
        beside = baseline = None
    recipe = network.reading
    return {
        "networks": {"cnn": explained, "dense": baseline},
        "model": model,
        "shape": network.input_shape,
        "recipe": {
            "scale": recipe.scale,
            "mean": recipe.mean,
            "std": recipe.std,
            "framing": recipe.framing,
        },
        "digits28": reads_mnist(network),
        "digits": offered.to_dict(),
        "opening": {
            **opening_picture(picture, offered),
            "lang": lang,
            "theme": theme,
            "embed": embed,
            "shift": None
            if picture is None or beside is None
            else opening_shift(network, beside, picture),
        },
        "words": {key: said(caption) for key, caption in WORDS.items()},
        "themes": themes(),
        "kernels": classic_kernels(),
        "mistakes": {
            mistake.name: {"did": said(mistake.did), "reply": said(mistake.reply)}
            for mistake in mistakes.MISTAKES.values()
        },
        "facts": measured(),
        "examples": no_examples(len(offered.labels))
        if beside is None
        else find_examples(network, beside),
        "classes": None
        if network.reads_digits
        else [said(network.class_name(n)) for n in range(network.classes)],
        "glossary": glossary(),
        "layers": layer_facts(network),
        "url": url,
        "lessons": None if lessons is None else lessons.rstrip("/") + "/",
        "lesson": None if slides is None else slides.to_dict(),
    }


def check_network(network: Network) -> None:
    """Refuse a network that the page cannot show.

    It reads no pictures, does not answer with one number a class, is too large, or computes numbers
    beyond float32.
    """
    remedy = Message("show this network with convexplain step, pixel or predict")
    last = network.layers[-1]
    reading = network.reading
    if len(network.shapes[last.name]) != 1:
        raise UsageError(
            "the page shows one number for each class, but this network ends with {name}, {kind} "
            "of shape {shape}: {remedy}",
            name=last.name,
            kind=last.kind,
            shape=network.shapes[last.name],
            remedy=remedy,
        )
    if network.ending not in ENDINGS and not (network.ending == "sigmoid" and network.outputs == 1):
        raise UsageError(
            "the page shows probabilities, but this network ends with {name}, {kind} with "
            "activation {activation}: end it with softmax, or {remedy}",
            name=last.name,
            kind=last.kind,
            activation=last.activation,
            remedy=remedy,
        )
    cells = sum(math.prod(shape) for shape in network.shapes.values())
    for n, most, what in (
        (network.parameters, MOST_WEIGHTS, Message("weights")),
        (cells, MOST_CELLS, Message("cells")),
    ):
        if n > most:
            raise UsageError(
                "this network has {count:,} {what}, and a page at most {most:,}: take fewer "
                "filters or smaller pictures, or {remedy}",
                count=n,
                what=what,
                most=most,
                remedy=remedy,
            )
    try:
        network(np.stack([reading.scaled(picture) for picture in pictures(network).pixels]))
    except ConvexplainError as error:
        raise UsageError("the page cannot show this network: {error}", error=error) from error


def reads_mnist(network: Network) -> bool:
    """Whether a network reads digits as MNIST stores them."""
    return network.input_shape == SHAPE and network.reads_digits and network.reading.plain


@dataclass(frozen=True)
class Offered:
    """Pictures to choose from, 0 to 1, in the network's size."""

    pixels: NDArray[np.float32]  # (N, H, W, C)
    labels: list[int]  # which of the names each has
    classes: list[int | None]  # of the network, where it is known
    names: list[Caption]

    def to_dict(self) -> dict[str, Any]:
        """Return them as JSON data."""
        return {
            **written(self.pixels),
            "labels": self.labels,
            "classes": self.classes,
            "names": [said(name) for name in self.names],
        }


def pictures(network: Network) -> Offered:
    """Return what the page offers: bundled digits for their classes, else photographs."""
    if network.reads_digits and network.reading.colour == "gray":
        known = [digits.sample(n) for n in range(0, 200, 1 if reads_mnist(network) else 10)]
        labels = [int(picture.label or 0) for picture in known]
        names = [Caption(en=f"digit {n}", zh=f"数字 {n}") for n in range(CLASSES)]
        pixels = [fitted(network, picture).pixels for picture in known]
        return Offered(np.stack(pixels), labels, list(labels), names)
    mode: Mode = network.reading.colour
    taken = [
        photographs.load(name) if mode == "rgb" else photographs.whole(name, mode)
        for name in photographs.PHOTOGRAPHS
    ]
    subjects = [Subject(network, picture, "") for picture in taken]
    return Offered(
        np.stack([subject.picture.pixels for subject in subjects]),
        list(range(len(taken))),
        [subject.label for subject in subjects],
        [_PHOTOGRAPHS[shown.shows] for shown in photographs.PHOTOGRAPHS.values()],
    )


def fitted(network: Network, picture: Picture) -> Picture:
    """Give a picture the size and colour that a network reads."""
    return network.reading.fit(picture)


def no_examples(count: int) -> dict[str, Any]:
    """What there is of examples where no second network reads the same pictures."""
    return {"steady": [], "failing": [], "telling": [None] * count, "opening": 0}


def weights(network: Network) -> str:
    """Write a network as its file's bytes, in base64.

    Tensors are float16 where that loses nothing, as in the baseline that ships, else float32.
    """
    halves = {
        name: w.astype(np.float16)
        for name, w in network.weights.items()
        if float(np.abs(w).max()) <= float(np.finfo(np.float16).max)
    }
    tensors = {
        name: halves[name]
        if name in halves and np.array_equal(halves[name].astype(np.float32), w)
        else np.ascontiguousarray(w)
        for name, w in network.weights.items()
    }
    return base64.b64encode(modelfile.encoded(network.content, tensors)).decode()


def written(pixels: NDArray[np.float32]) -> dict[str, Any]:
    """Pixels in base64: as bytes where they are steps of 1/255, else as float32."""
    content = np.rint(pixels * 255).astype(np.uint8)
    exact = np.array_equal(content.astype(np.float32) / np.float32(255), pixels)
    stored = content.tobytes() if exact else pixels.astype("<f4").tobytes()
    return {"pixels": base64.b64encode(stored).decode(), "exact": exact}


def opening_picture(picture: Picture | None, offered: Offered) -> dict[str, Any]:
    """Return which picture the page opens with: the number of one that is offered, or its own."""
    if picture is None:
        return {"sample": None, "picture": None}
    for sample, other in enumerate(offered.pixels):
        if np.array_equal(picture.pixels, other):
            return {"sample": sample, "picture": None}
    return {
        "sample": None,
        "picture": {
            **written(picture.pixels),
            "label": picture.label,
            "origin": picture.origin,
            "steps": list(picture.steps),
        },
    }


def opening_shift(network: Network, beside: Network, picture: Picture) -> list[int] | None:
    """Find the telling shift of the opening picture, taken for its label, else for its answer."""
    batch = picture.pixels[np.newaxis]
    label = int(network(batch).argmax()) if picture.label is None else picture.label
    return telling_shifts(network, beside, batch, np.array([label]))[0]


def said(caption: Caption) -> dict[str, str]:
    """A caption's templates by language."""
    return {lang: caption.template(lang) for lang in LANGUAGES}


def themes() -> dict[str, dict[str, str]]:
    """The tokens of both themes."""
    return {name: asdict(tokens) for name, tokens in theme.THEMES.items()}


def classic_kernels() -> list[dict[str, Any]]:
    """The classic kernels, in their order."""
    return [
        {
            "name": kernel.name,
            "rows": kernel.weights.tolist(),
            "source": kernel.source,
            "finds": {"en": kernel.finds, "zh": kernel.finds_zh},
        }
        for kernel in kernels.KERNELS.values()
    ]


def measured() -> Mapping[str, Any]:
    """What the page quotes of the stored experiments."""
    return {
        "shift": [
            {key: row[key] for key in ("pixels", "network", "accuracy")}
            for row in facts.rows("shift")
        ],
        "accuracy": {
            name: Network.load(name).provenance["test_accuracy"] for name in ("cnn", "dense")
        },
    }
