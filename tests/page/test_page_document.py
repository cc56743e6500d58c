"""The file: what is in it, what it may do, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import (
    CHAPTER_LAYERS,
    Conv2D,
    Dense,
    Flatten,
    GlobalMaxPooling2D,
    Network,
)
from convexplain.page import data, document, font
from convexplain.page.bundle import bundle
from convexplain.page.lesson import Chapter, Slides
from convexplain.page.words import WORDS
from convexplain.style import fonts
from tests import small_networks
from tests.page.parts import Parts

MARKUP = (
    '<html><head><meta charset="utf-8"><link rel="stylesheet" href="style.css"></head>'
    '<body><script type="module" src="app.js"></script></body></html>'
)
SOURCES = {"app": 'import { a } from "./b.js";\na();\n', "b": "export function a() {}\n"}


def small(content: dict[str, Any]) -> str:
    return document.document(content, markup=MARKUP, sources=SOURCES)


# --- the bundle ---------------------------------------------------------------------------------


def test_modules_come_after_those_that_they_import() -> None:
    script = bundle(
        {
            "app": 'import { b } from "./b.js";\nimport { c as d } from "./c.js";\nb(d);\n',
            "b": 'import {\n  c,\n} from "./c.js";\nexport function b() { return c; }\n',
            "c": "export const c = 1;\nconst private = 2;\n",
        },
        "app",
    )
    assert script.index("// c.js") < script.index("// b.js") < script.index("// app.js")
    assert script.startswith('(() => {\n"use strict";')
    assert "import" not in script
    assert "export" not in script
    assert "const { c: d } = $c;" in script


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"app": 'import { a } from "./b.js";\n'}, "app imports b.js, which is not there"),
        ({}, "the page imports app.js"),
        (
            {"app": 'import { a } from "./b.js";\n', "b": "const a = 1;\n"},
            "app.js imports a, which b.js does not export",
        ),
        (
            {
                "app": 'import { a } from "./b.js";\nexport const c = 1;\n',
                "b": 'import { c } from "./app.js";\nexport const a = 1;\n',
            },
            "in a circle: app > b > app",
        ),
        ({"app": 'import a from "./b.js";\n'}, "app.js has 'import a from"),
        ({"app": "export default 1;\n"}, "app.js has 'export default 1;'"),
        ({"app": "export let a = 1;\n"}, "app.js has 'export let a = 1;'"),
        ({"app": 'const a = "</script>";\n'}, "app.js holds '</script'"),
        ({"app": 'const a = "<!--";\n'}, "app.js holds '<!--'"),
    ],
)
def test_a_module_that_cannot_be_joined_is_refused(sources: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        bundle(sources, "app")


# --- the document -------------------------------------------------------------------------------


def test_the_policy_allows_the_script_and_the_style_of_the_file_and_nothing_else() -> None:
    parts = Parts(small({}))
    (meta,) = [a for a, _ in parts.of("meta") if "http-equiv" in a]
    policy = dict(part.split(" ", 1) for part in str(meta["content"]).split("; "))
    assert policy["default-src"] == "'none'"

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    (script,) = [text for a, text in parts.of("script") if not a]
    ((_, style),) = parts.of("style")
    assert policy["script-src"] == hashed(script)
    assert policy["style-src"] == hashed(style)
    assert {policy["img-src"], policy["media-src"]} == {"data: blob:"}
    assert policy["font-src"] == "data:"
    assert {policy["base-uri"], policy["form-action"]} == {"'none'"}
    # Nothing of the file comes before the policy but the character set.
    assert [tag for tag, _, _ in parts.found][:4] == ["html", "head", "meta", "meta"]


@pytest.mark.parametrize(
    "evil", ["</script><script>alert(1)</script>", "<!--<script>", "a & b", "\u2028\u2029", "]]>"]
)
def test_no_text_of_a_user_can_leave_the_data(evil: str) -> None:
    content = {"opening": {"origin": evil}}
    text = small(content)
    parts = Parts(text)
    (block,) = [text for a, text in parts.of("script") if a.get("type") == "application/json"]
    assert json.loads(block) == content
    assert len(parts.of("script")) == 2
    assert "\u2028" not in text
    assert evil not in text


def test_markup_without_its_places_is_refused() -> None:
    for place in ('<meta charset="utf-8">', "style.css", 'src="app.js"'):
        with pytest.raises(ValueError, match="the markup must hold"):
            document.document({}, markup=MARKUP.replace(place, ""), sources=SOURCES)


def test_the_fonts_hold_what_the_page_shows_and_their_licence_is_there() -> None:
    css = font.faces("卷积⊙A")
    assert "SIL OPEN FONT LICENSE" in css
    assert css.count("@font-face") == 2
    for text in re.findall(r"base64,([^\"]+)", css):
        content = base64.b64decode(text)
        assert content[:4] == b"wOFF"
        cmap = TTFont(io.BytesIO(content)).getBestCmap()
        assert {ord(c) for c in "卷积⊙Az09−×"} <= set(cmap)
        assert len(cmap) < 150
    with pytest.raises(ConvexplainError, match="lacks"):
        font.faces("\u0e01")


def test_every_word_can_be_written_with_the_fonts() -> None:
    for caption in WORDS.values():
        fonts.require(caption.en + caption.zh)


# --- the data -----------------------------------------------------------------------------------


def test_the_baseline_goes_in_as_it_ships_and_loses_nothing(dense: Network, tmp_path: Path) -> None:
    file = tmp_path / "dense.safetensors"
    file.write_bytes(base64.b64decode(data.weights(dense)))
    assert file.stat().st_size < 820_000
    again = Network.load(file)
    for name, weights in dense.weights.items():
        assert again.weights[name].tobytes() == weights.tobytes()


def test_weights_that_float16_cannot_hold_stay_float32(cnn: Network, tmp_path: Path) -> None:
    file = tmp_path / "cnn.safetensors"
    file.write_bytes(base64.b64decode(data.weights(cnn)))
    again = Network.load(file)
    for name, weights in cnn.weights.items():
        assert again.weights[name].tobytes() == weights.tobytes()


def test_a_bundled_digit_is_named_by_its_number_and_another_picture_travels() -> None:
    offered = data.pictures(Network.load("cnn"))
    assert data.opening_picture(digits.sample(83), offered) == {"sample": 83, "picture": None}
    pixels = digits.sample(83).pixels[::-1]
    found = data.opening_picture(Picture(pixels, None, "mine.png", ("made gray",)), offered)
    assert found["picture"]["exact"]
    content = base64.b64decode(found["picture"]["pixels"])
    np.testing.assert_array_equal(np.frombuffer(content, np.uint8), np.rint(pixels.ravel() * 255))
    assert found["picture"]["origin"] == "mine.png"
    # Pixels between the steps of bytes travel as float32.
    odd = np.full((28, 28, 1), 0.5005, np.float32)
    found = data.opening_picture(Picture(odd, None, "odd"), offered)
    content = base64.b64decode(found["picture"]["pixels"])
    np.testing.assert_array_equal(np.frombuffer(content, "<f4"), odd.ravel())


def classifier(*layers: Any, shape: tuple[int, int, int] = (28, 28, 1)) -> Network:
    return Network.initialised(layers, input_shape=shape)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: small_networks.network("like the chapter's"), "reads 11 × 12 × 2"),
        (lambda: classifier(Conv2D("conv", 10)), "ends with conv, Conv2D of shape (26, 26, 10)"),
        (lambda: classifier(Flatten("f"), Dense("d", 10, "tanh")), "with activation tanh"),
        (
            lambda: classifier(Flatten("f"), Dense("h", 6000), Dense("d", 10, "softmax")),
            "4,770,010 weights, and a page at most 2,000,000",
        ),
        (
            lambda: classifier(
                Conv2D("c", 64),
                GlobalMaxPooling2D("g"),
                Dense("d", 2, "softmax"),
                shape=(202, 202, 1),
            ),
            "cells, and a page at most 2,500,000",
        ),
    ],
)
def test_a_network_that_the_page_cannot_show_is_refused(make: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        data.check_network(make())


def test_a_network_whose_numbers_overflow_is_refused(cnn: Network) -> None:
    weights = {name: w * np.float32(1e20) for name, w in cnn.weights.items()}
    with pytest.raises(UsageError, match="cannot show this network"):
        data.check_network(Network(CHAPTER_LAYERS, weights))


def test_other_requests_that_cannot_be_are_refused() -> None:
    with pytest.raises(UsageError, match="no language 'fr'"):
        data.collect(lang="fr")
    with pytest.raises(UsageError, match="no theme 'blue'"):
        data.collect(theme="blue")
    with pytest.raises(UsageError, match="prepare it as a digit"):
        data.collect(Picture(np.zeros((28, 28, 3)), None, "coloured"))


def test_slides_travel_in_the_page() -> None:
    slides = Slides(
        "pooling", WORDS["slidesOn"], "en", "dark", b"mp4", (Chapter(0.0, 2.5, "A", "B"),)
    )
    found = data.collect(slides=slides)["lesson"]
    assert base64.b64decode(found["video"]) == b"mp4"
    assert found["chapters"] == [{"start": 0.0, "end": 2.5, "title": "A", "caption": "B"}]
    assert found["title"] == {"en": "Go on", "zh": "继续"}
