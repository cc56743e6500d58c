"""What the page is written with: networks, digits, words, colours, all as JSON data."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from convexplain.data import digits, facts, kernels
from convexplain.data.digits import CLASSES, SHAPE
from convexplain.data.pictures import Picture
from convexplain.data.recipe import Recipe
from convexplain.errors import ConvexplainError, UsageError, choose
from convexplain.lessons.parts import mistakes
from convexplain.network import Network, modelfile
from convexplain.network.check_shapes import INPUT
from convexplain.page.examples import find_examples, telling_shifts
from convexplain.page.glossary import glossary, layer_facts
from convexplain.page.lesson import Slides
from convexplain.page.words import WORDS
from convexplain.style import format as fmt
from convexplain.style import theme
from convexplain.style.captions import LANGUAGES, Caption

#: A network of more numbers would make a page that a browser opens slowly or not at all.
MOST_PARAMETERS = 4_000_000


def collect(
    picture: Picture | None = None,
    *,
    network: Network | None = None,
    model: str = "cnn",
    lang: str | None = None,
    theme: str | None = None,
    slides: Slides | None = None,
    lessons: str | None = None,
) -> dict[str, Any]:
    """Gather what ``data.js`` describes, as JSON data; the parameters are those of `page.html`."""
    for kind, given, known in (("language", lang, LANGUAGES), ("theme", theme, themes())):
        if given is not None and given not in known:
            raise UsageError(f"there is no {kind} {given!r}: {choose(given, known)}")
    network = Network.load("cnn") if network is None else network
    check_network(network)
    beside = Network.load("dense")
    explained, baseline = weights(network), weights(beside)
    return {
        # A baseline is not compared with itself.
        "networks": {"cnn": explained, "dense": None if baseline == explained else baseline},
        "model": model,
        "digits": bundled_digits(),
        "opening": {
            **opening_picture(picture),
            "lang": lang,
            "theme": theme,
            "shift": None if picture is None else opening_shift(network, beside, picture),
        },
        "words": {key: said(caption) for key, caption in WORDS.items()},
        "themes": themes(),
        "kernels": classic_kernels(),
        "mistakes": {
            mistake.name: {"did": said(mistake.did), "reply": said(mistake.reply)}
            for mistake in mistakes.MISTAKES.values()
        },
        "facts": measured(),
        "examples": find_examples(network, beside),
        "classes": None,
        "glossary": glossary(),
        "layers": layer_facts(network),
        "lessons": None if lessons is None else lessons.rstrip("/") + "/",
        "lesson": None if slides is None else slides.to_dict(),
    }


def check_network(network: Network) -> None:
    """Refuse a network that the page cannot show.

    It reads something else than the page's digits, does not answer with the probabilities of ten
    classes, is too large, or computes numbers beyond float32.
    """
    last = network.layers[-1]
    if network.input_shape != SHAPE:
        raise UsageError(
            f"the page shows {fmt.shape(SHAPE)} digits, but this network reads "
            f"{fmt.shape(network.input_shape)}: give a network with input_shape {SHAPE}"
        )
    if network.recipe != Recipe.of(SHAPE):
        raise UsageError(
            "the page shows digits by their numbers and pixels from 0 to 1, but this network's "
            "recipe has others: show it with convexplain step, pixel or predict"
        )
    if network.shapes[last.name] != (CLASSES,) or last.activation != "softmax":
        raise UsageError(
            f"the page shows ten probabilities, but this network ends with {last.name}, "
            f"{last.kind} of shape {network.shapes[last.name]} with activation "
            f"{last.activation}: end it with a Dense layer of 10 units and softmax"
        )
    before = INPUT
    for layer in network.layers:
        if layer.inputs not in ((), (before,)):
            raise UsageError(
                f"the page shows layers in a row, but {layer.name} reads "
                f"{' and '.join(layer.inputs)}: show this network with convexplain step, pixel or "
                "predict"
            )
        before = layer.name
    if network.parameters > MOST_PARAMETERS:
        raise UsageError(
            f"this network has {network.parameters:,} parameters: a page holds at most "
            f"{MOST_PARAMETERS:,}; take fewer filters"
        )
    try:
        network(np.stack([picture.pixels for picture in digits.load()]))
    except ConvexplainError as error:
        raise UsageError(f"the page cannot show this network: {error}") from error


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


def bundled_digits() -> dict[str, Any]:
    """All bundled digits: bytes of their pixels, and labels."""
    pixels = np.stack([picture.pixels for picture in digits.load()])
    return {
        "pixels": base64.b64encode(in_bytes(pixels)).decode(),
        "labels": [picture.label for picture in digits.load()],
    }


def in_bytes(pixels: np.typing.NDArray[np.float32]) -> bytes:
    """Pixels of 0 to 1 in steps of 1/255 as bytes, without loss."""
    return np.rint(pixels * 255).astype(np.uint8).tobytes()


def opening_picture(picture: Picture | None) -> dict[str, Any]:
    """Return which picture the page opens with: a bundled digit's number, or its own pixels.

    Refused are pictures of another shape, or with pixels that are not in steps of 1/255.
    """
    if picture is None:
        return {"sample": None, "picture": None}
    if picture.shape != SHAPE:
        raise UsageError(
            f"the page shows {fmt.shape(SHAPE)} digits, but this picture is "
            f"{fmt.shape(picture.shape)}: read it with "
            'convexplain.load_image(path, mode="digit")'
        )
    for sample, other in enumerate(digits.load()):
        if np.array_equal(picture.pixels, other.pixels):
            return {"sample": sample, "picture": None}
    content = in_bytes(picture.pixels)
    back = np.frombuffer(content, np.uint8).astype(np.float32) / np.float32(255)
    if not np.array_equal(back, picture.pixels.ravel()):
        raise UsageError("the page shows pixels in steps of 1/255: round the picture to them")
    return {
        "sample": None,
        "picture": {
            "pixels": base64.b64encode(content).decode(),
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
