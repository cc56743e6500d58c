"""Networks of other programs in every lesson and figure that takes them: played, drawn, measured.

`CONVEXPLAIN_MODELS` names a folder of networks with references: NAME.ref.json tells the files, the
recipe and the classes, NAME.ref.npz holds pictures.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from convexplain import figures, lessons
from convexplain.cli import _import
from convexplain.data.pictures import Picture
from convexplain.errors import UsageError
from convexplain.lessons.parts.lesson import option_fields
from convexplain.lessons.parts.network_lesson import shows_networks
from convexplain.lessons.parts.subject import lacking, load
from convexplain.network import Network
from convexplain.style.theme import Look

FOLDER = Path(os.environ.get("CONVEXPLAIN_MODELS", "none"))
NAMES = tuple(sorted(path.name.removesuffix(".ref.json") for path in FOLDER.glob("*.ref.json")))
LESSONS = tuple(n for n in lessons.names() if shows_networks(lessons.find(n)))
FIGURES = tuple(n for n in figures.names() if shows_networks(figures.options(n)))
LOOKS = (("16:9", Look("en", "dark")), ("9:16", Look("zh", "light")))

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not NAMES, reason="CONVEXPLAIN_MODELS names no folder of networks"),
]


@cache
def told(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.ref.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Import a network with its recipe, and give its file and a picture that it reads."""
    folder = tmp_path_factory.mktemp("foreign")

    @cache
    def make(name: str) -> tuple[str, Picture]:
        meta, recipe = told(name), told(name)["recipe"]
        asked = _import.Asked(
            classes=",".join(meta["classes"]),
            scale=recipe["scale"],
            mean=_numbers(recipe.get("mean")),
            std=_numbers(recipe.get("std")),
        )
        network = _import.with_recipe(Network.imported(FOLDER / meta["files"][0]), asked)
        path = folder / f"{name}.safetensors"
        network.save(path)
        with np.load(FOLDER / f"{name}.ref.npz", allow_pickle=False) as stored:
            arrays = dict(stored)
        pixels = np.atleast_3d(arrays["pixels"][0]).astype(np.float32) / 255
        return str(path), Picture(pixels, int(arrays["labels"][0]), name)

    return make


def _numbers(found: list[float] | None) -> str | None:
    return None if found is None else ",".join(map(str, found))


@pytest.mark.render
@pytest.mark.parametrize(("aspect", "look"), LOOKS, ids=str)
@pytest.mark.parametrize("lesson", LESSONS)
@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_has_room_at_every_event_or_says_what_lacks(
    name: str, lesson: str, aspect: str, look: Look, saved: Any
) -> None:
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from played import check_events

    path, picture = saved(name)
    kind: Any = lessons.find(lesson)
    if lacking(load(path), kind.needs):
        with pytest.raises(UsageError, match="lacks"):
            kind(model=path, picture=picture)
        pytest.skip("the network lacks what the lesson is about")
    check_events(kind(model=path, picture=picture), look, aspect)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_has_room_for_all_its_words_or_says_what_lacks(
    name: str, figure: str, saved: Any
) -> None:
    from figure_artists import overlapping

    path, picture = saved(name)
    kind: Any = figures.options(figure)
    if lacking(load(path), kind.needs):
        pytest.skip("the network lacks what the figure is about")
    takes = {field.name for field in option_fields(kind)}
    made = figures.make(figure, model=path, **({"picture": picture} if "picture" in takes else {}))
    try:
        for lang in ("en", "zh"):
            for width in (figures.COLUMN, figures.PAGE):
                drawn = figures.draw_made(figure, made, Look(lang, "light"), width=width)  # type: ignore[arg-type]
                assert overlapping(drawn) == [], (lang, width)
            about = figures.about_made(figure, made, lang)
            assert "{" not in about.alternative + about.caption
    finally:
        plt.close("all")
