"""Networks of other names, sizes, kinds and classes: shown where they can be, else refused so.

The layers are called as Keras calls them, or worse; what a network lacks is told in one line.
"""

from __future__ import annotations

import json
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import pytest
from click.testing import CliRunner

from convexplain import figures, lessons
from convexplain.cli import cli
from convexplain.data import digits
from convexplain.errors import UsageError
from convexplain.lessons.parts.answer_bars import unwritten
from convexplain.lessons.parts.network_lesson import shows_networks
from convexplain.lessons.parts.subject import find, lacking
from convexplain.network import Network, Trace
from convexplain.style.theme import Look
from tests import small_networks
from tests.often import covering, later, some

NAMES = tuple(small_networks.CLASSIFIERS)
ABOUT_NETWORKS = tuple(n for n in lessons.names() if shows_networks(lessons.find(n)))
#: What lessons need of which the chapter's network has nothing.
NEWER = (("normalization",), ("addition",))
FIGURES = tuple(n for n in figures.names() if shows_networks(figures.options(n)))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    paths = {}
    for number, name in enumerate(NAMES):
        paths[name] = str(folder / f"network-{number}.safetensors")
        small_networks.classifier(name).save(paths[name])
    return paths


@cache
def network(name: str) -> Network:
    return small_networks.classifier(name)


def run(*args: str):
    result = CliRunner().invoke(cli, args)
    assert "Traceback" not in result.output, result.output
    assert "unexpected" not in result.output, result.output
    return result


def given(name):
    """What must be said of a picture whose class a network cannot know."""
    return {"label": 0} if name == "backward" else {}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lesson", ABOUT_NETWORKS)
def test_a_lesson_tells_of_a_network_or_says_what_it_lacks(lesson, name, files):
    kind = lessons.find(lesson)
    lacks = lacking(network(name), kind.needs)
    if lacks:
        with pytest.raises(UsageError, match="lacks") as refused:
            kind(model=files[name])
        assert "\n" not in str(refused.value)
        return
    told = kind(model=files[name], **given(lesson))
    beats = told.beats()
    assert len({beat.name for beat in beats}) == len(beats)
    for beat in beats:
        for text in (beat.caption.text("en"), beat.caption.text("zh"), beat.title.text("en")):
            assert not {"conv1", "pool1", "conv2", "conv3"} & set(text.split())


#: Whose layout is looked at; what has moved to panels lays itself out for any of them.
PLAYED = [
    *(
        ("newer layers" if lessons.find(n).needs in NEWER else "names as Keras gives them", n)
        for n in ABOUT_NETWORKS
    ),
    ("another size, three classes with names", "architecture"),
    ("another size, three classes with names", "forward-pass"),
    ("one convolution, two classes", "forward-pass"),
    ("five maps, padded", "architecture"),
    ("another size, three classes with names", "window-geometry"),
    ("one convolution, two classes", "window-geometry"),
    ("five maps, padded", "window-geometry"),
    ("in colour", "response-map"),
    ("five maps, padded", "channels"),
    ("in colour", "pooling"),
    ("another size, three classes with names", "pooling"),
    ("five maps, padded", "pooling"),
]


@pytest.mark.parametrize(
    ("name", "lesson"), [PLAYED[n] if n % 3 == 1 else later(*PLAYED[n]) for n in range(len(PLAYED))]
)
def test_a_video_of_a_network_keeps_its_layout(name, lesson, files):
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from tests import played

    told = lessons.find(lesson)(model=files[name])
    assert {b: p for b, p in played.play(told, Look("zh")).problems.items() if p} == {}


def test_each_network_is_shown_by_some_lesson_and_each_lesson_shows_some():
    shown = {
        name: [n for n in ABOUT_NETWORKS if not lacking(network(name), lessons.find(n).needs)]
        for name in NAMES
    }
    assert [name for name, found in shown.items() if not found] == ["dense alone"]
    assert {lesson for found in shown.values() for lesson in found} == set(ABOUT_NETWORKS)
    newer = {n for n in ABOUT_NETWORKS if lessons.find(n).needs in NEWER}
    assert set(shown["names as Keras gives them"]) == set(ABOUT_NETWORKS) - newer
    assert newer <= set(shown["newer layers"])


@pytest.mark.parametrize(("figure", "name"), covering(FIGURES, NAMES))
def test_a_figure_shows_a_network_or_says_what_it_lacks(figure, name, files):
    kind = figures.options(figure)
    if lacking(network(name), kind.needs):
        result = run("figure", figure, "--model", files[name], "-o", "none.svg")
        assert result.exit_code == 2
        *notes, error = result.output.strip().splitlines()
        assert "lacks" in error
        # Of a file it is said first which of its classes pictures cannot write.
        assert len(notes) == bool(unwritten(network(name)))
        assert all("the font lacks" in note for note in notes)
        return
    try:
        options = {"model": files[name], **given(figure)}
        made = figures.make(figure, **options)
        figures.draw_made(figure, made)
        about = figures.about_made(figure, made, "zh")
        assert about.alternative
        assert about.caption
    finally:
        plt.close("all")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "command",
    [
        ("predict",),
        ("predict", "--lang", "zh"),
        ("step",),
        ("step", "--json"),
        ("pixel",),
        ("pixel", "--lang", "zh", "--json"),
    ],
    ids=" ".join,
)
def test_a_terminal_shows_a_network(command, name, files):
    assert run(*command, "--model", files[name]).exit_code == 0


@pytest.mark.parametrize("name", NAMES)
def test_its_answer_is_that_of_the_prepared_picture(name, files):
    found = json.loads(run("predict", "--digit", "3", "--json", "--model", files[name]).stdout)
    net = network(name)
    _, afters = small_networks.forward(net, net.prepare(digits.first(3)))
    expected = afters[net.layers[-1].name]
    np.testing.assert_allclose(found["probabilities"], expected, atol=1e-5)
    assert found["picture"]["label"] == (3 if net.outputs == 10 else None)


@pytest.mark.parametrize("level", ["1", "2", "3"])
@pytest.mark.parametrize("name", NAMES)
def test_a_worksheet_is_made_or_it_says_why_not(name, level, files, tmp_path):
    out = tmp_path / "sheet.pdf"
    result = run(
        "worksheet", "--level", level, "--count", "3", "--model", files[name], "-o", str(out)
    )
    if find(network(name), "convolution of the picture") is None:
        assert result.exit_code == 2
        assert "cannot be computed by hand" in result.output
    elif result.exit_code:
        assert "give" in result.output  # fewer exercises of this kind than asked for
        assert not out.exists()
    else:
        assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("name", some(NAMES, 4))
def test_a_page_of_every_network_is_written(name, files, tmp_path):
    result = run("page", "--model", files[name], "-o", str(tmp_path / "page.html"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "page.html").stat().st_size > 1e5


def test_a_gradient_asks_what_a_picture_is_where_it_cannot_be_known(files):
    result = run("figure", "backward", "--model", files["one convolution, two classes"])
    assert result.exit_code == 2
    assert "--label K" in result.output


def test_classes_have_their_names(files):
    name = "another size, three classes with names"
    english = run("predict", "--model", files[name]).stdout
    chinese = run("predict", "--lang", "zh", "--model", files[name]).stdout
    best = int(Trace(network(name), network(name).prepare(digits.first(8))).prediction)
    assert f"reads {small_networks.PETS[best].en}:" in english
    for pet in small_networks.PETS:
        assert pet.en in english
        assert pet.zh in chinese


def test_what_fits_is_listed(files):
    found = json.loads(run("list", "--json", "--model", files["dense alone"]).stdout)
    assert "response maps" in found["lessons"]["response-map"]
    assert found["lessons"]["learning"].startswith("no: it follows a training")
    for kind in ("lessons", "figures"):  # a reason of its own for each, none by default
        assert not [name for name, why in found[kind].items() if why and "is about the" in why]
    every = json.loads(run("list", "--json", "--model", files["names as Keras gives them"]).stdout)
    for kind, names in (("lessons", ABOUT_NETWORKS), ("figures", FIGURES)):
        find_options = lessons.find if kind == "lessons" else figures.options
        newer = {n for n in names if find_options(n).needs in NEWER}
        assert {n for n, why in every[kind].items() if why is None} == set(names) - newer
    chinese = run("list", "--lang", "zh", "--model", files["dense alone"]).stdout
    assert "网络缺少响应图" in chinese


@pytest.mark.parametrize("command", [("render", "learning"), ("figure", "shift-accuracy")])
def test_what_shows_no_other_network_says_why(command, files):
    result = run(*command, "--model", files["in colour"])
    assert result.exit_code == 2
    assert "--model is no option here: it" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_help_tells_what_a_network_must_have():
    text = " ".join(run("render", "pooling", "--help").stdout.split())
    assert "The network of --model must have a max pooling of response maps." in text


def test_a_network_of_other_pictures_is_not_tested_on_digits(files):
    result = run("evaluate", files["in colour"])
    assert result.exit_code == 2
    assert "reads 18 × 18 × 3 and answers with 3" in result.output


def test_mistakes_that_were_not_counted_are_not_drawn(files):
    result = run("figure", "confusion-matrix", "--model", files["in colour"], "-o", "none.svg")
    assert result.exit_code == 2
    names, error = result.output.strip().splitlines()
    assert "the font lacks characters of 鲤鱼" in names
    assert "were not measured" in error
