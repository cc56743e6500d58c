from __future__ import annotations

import base64
import importlib
import io
import re
import shlex
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from played import LANGUAGES, lesson_of

from convexplain import figures, lessons
from convexplain.cli import cli
from convexplain.data import digits
from convexplain.errors import ConvexplainError
from convexplain.lessons.parts import mistakes
from convexplain.network import Network, Trace
from convexplain.paper import cards, typesetting
from convexplain.paper.cards import Card, printed
from convexplain.style.captions import Caption
from convexplain.style.format import number
from tests.often import covering

NAMES = lessons.names()


@cache
def made(name: str) -> Card:
    """A card of the lesson that all tests share."""
    card = importlib.import_module(f"convexplain.lessons.cards.{name.replace('-', '_')}").card
    written: Card = card(lesson_of(name))
    return written


def captions(card: Card) -> list[Caption]:
    """Everything on a card that its module says, but for the chapter's sentence."""
    return [
        card.aim,
        *card.needs,
        *(text for pause in card.pauses for text in (pause.ask, pause.expect)),
        *(text for mistake in card.mistakes for text in (mistake.said, mistake.reply)),
    ]


def text(name: str, lang: str = "en") -> str:
    return "\n".join(caption.text(lang) for caption in captions(made(name)))


def test_every_lesson_has_a_card() -> None:
    assert cards.names() == lessons.names()
    assert cards.make("pooling") == made("pooling")


@pytest.mark.parametrize("name", NAMES)
def test_no_number_is_typed(name: str) -> None:
    for caption in captions(made(name)):
        for lang in ("en", "zh"):
            # Names of layers have digits, and so do fields. Chinese writes 0 and 1 of formulas so.
            template = re.sub(r"\{\w+\}|\b(conv|pool)\d\b", "", caption.template(lang))
            if lang == "zh":
                template = re.sub(r"(?<![\d.])[01](?![\d.])", "", template)
            assert not re.search(r"\d", template), template


@pytest.mark.parametrize("name", NAMES)
def test_pauses_are_beats_of_the_lesson_in_order(name: str) -> None:
    card = made(name)
    beats = list(card.lesson.beats())
    starts = {
        beat.name: sum(before.seconds for before in beats[:n]) for n, beat in enumerate(beats)
    }
    times = [card.start(pause) for pause in card.pauses]
    assert times == [pytest.approx(starts[pause.beat]) for pause in card.pauses]
    assert times == sorted(set(times))
    assert len(card.pauses) == len(card.mistakes) == 3
    shown = [row[0] for row in cards.document(card, "en")["pauses"]]
    assert [60 * int(t.split(":")[0]) + int(t.split(":")[1]) for t in shown] == [
        int(time) for time in times
    ]


@pytest.mark.parametrize(("name", "lang"), covering(NAMES, LANGUAGES))
def test_every_command_on_a_card_is_understood(name: str, lang: str) -> None:
    for line in cards.document(made(name), lang)["commands"]:
        program, command, *arguments = shlex.split(line)
        assert program == "convexplain"
        parent = click.Context(cli, info_name="convexplain")
        found = cli.get_command(parent, command)
        assert found is not None
        context = found.make_context(command, arguments, parent=parent)
        assert context.args == []
        if "lang" in context.params and command != "evaluate":
            assert context.params["lang"] == lang


# Numbers on the cards, computed again from the network alone.


def test_the_sliding_windows_wrong_answer_is_a_matrix_product() -> None:
    card = made("sliding-window")
    step = card.lesson.stops["strong"].step  # type: ignore[attr-defined]
    product = step.patch[..., 0].astype(float) @ step.kernel[..., 0].astype(float)
    wrong = number(max(float(product.sum()) + step.bias, 0))
    assert f"would give {wrong} here, not {number(step.activated)}." in text("sliding-window")
    assert wrong != number(step.activated)


def test_the_response_maps_card_compares_ten_digits(cnn: Network) -> None:
    winners = []
    for label in range(10):
        conv1 = Trace(cnn, digits.first(label).pixels).activations["conv1"]
        winners.append(max(range(32), key=lambda n: float(conv1[..., n].max())))
    often = max(set(winners), key=winners.count)
    said = f"filter {often} is the strongest for {winners.count(often)}"
    assert said in text("response-map")
    bias = cnn.weights["conv1/bias"]
    assert f"{number(bias.max())} in filter {int(bias.argmax())}" in text("response-map")


def test_the_channels_card_gives_the_average_that_is_wrong(cnn: Network) -> None:
    card = made("channels")
    step = card.lesson.step  # type: ignore[attr-defined]
    x = step.patch.astype(float) * step.kernel.astype(float)
    average = max(float(x.sum()) / 32 + step.bias, 0)
    assert f"with bias and ReLU, would be {number(average)}." in text("channels")
    assert mistakes.MISTAKES["averaged-channels"]
    assert "288 weights and one bias are 289 parameters, times 64 filters 18,496." in text(
        "channels"
    )
    assert 289 * 64 == cnn.weights["conv2/kernel"].size + cnn.weights["conv2/bias"].size == 18496


def test_the_geometrys_fence_posts(cnn: Network) -> None:
    said = text("window-geometry")
    assert "28 − 3 = 25." in said
    assert len(range(28 - 3 + 1)) == 26
    assert "25 moves, and the place before the first: 26." in said


def test_the_architectures_counts(cnn: Network) -> None:
    said = text("architecture")
    for layer in ("conv2", "conv3"):
        kernel = cnn.weights[f"{layer}/kernel"]
        parameters = kernel.size + cnn.weights[f"{layer}/bias"].size
        rows, cols = cnn.shapes[layer][:2]
        assert f"{parameters:,}" in said
        assert f"{kernel.size * rows * cols:,}" in said


def test_blank_paper_gets_an_answer_too(cnn: Network) -> None:
    logits = Trace(cnn, np.zeros((28, 28, 1), np.float32)).logits.astype(float)
    shares = np.exp(logits) / np.exp(logits).sum()
    said = f"{100 * shares.max():.1f}% for a {int(shares.argmax())}."
    assert said in text("forward-pass")


def test_the_hierarchys_push_and_pull_add_up(cnn: Network) -> None:
    lesson: Any = made("hierarchy").lesson
    vector = lesson.trace.activations["flatten"].astype(float)
    products = vector * cnn.weights["dense/kernel"][:, lesson.label].astype(float)
    push, pull = products[products > 0].sum(), products[products < 0].sum()
    bias = float(cnn.weights["dense/bias"][lesson.label])
    said = (
        f"Of 1,152 contributions {(products > 0).sum()} push by {number(push)}, the others pull "
        f"by {number(pull)}; with the bias {number(push + pull + bias)} is left."
    )
    assert said in text("hierarchy")


def test_the_poolings_four_numbers(cnn: Network) -> None:
    from convexplain.data import examples

    chosen = examples.load()["pooling"]
    maps = cnn.activations(digits.sample(chosen["sample"]).pixels)["conv1"]
    row, col = (2 * place for place in chosen["at"])
    four = maps[row : row + 2, col : col + 2, chosen["filter"]].astype(np.float64)
    winner, average = (made("pooling").pauses[n].expect for n in (0, 1))
    for lang in ("en", "zh"):
        assert f"{four.max():.2f}" in winner.text(lang)
        assert f"{four.mean():.2f}" in average.text(lang)


def test_numbers_follow_the_lesson() -> None:
    """A card of another digit has other numbers: none is written down."""
    from convexplain.lessons.cards import pooling
    from convexplain.lessons.pooling import Pooling

    other = pooling.card(Pooling(picture=digits.first(7)))
    usual = made("pooling")
    assert other.pauses[0].expect.text("en") != usual.pauses[0].expect.text("en")


@pytest.mark.parametrize(("name", "lang"), covering(NAMES, LANGUAGES))
def test_a_card_fits_one_page(name: str, lang: str) -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    (page,) = typesetting.pages("card", printed(made(name), lang), ppi=72)
    pixels = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
    assert pixels.shape == (842, 595)  # A4 at 72 pixels an inch
    margin = 24  # points: what printers leave blank
    outside = pixels.copy()
    outside[margin:-margin, margin:-margin] = 255
    assert (outside == 255).all()
    # Nothing is cut off: below the last line is paper.
    assert (pixels[-40:] == 255).all()


def test_a_pdf_bears_no_date_and_is_the_same_again() -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    first, again = (cards.pdf(made("pooling"), "zh") for _ in range(2))
    assert first == again
    assert not re.search(rb"CreationDate|ModDate|CreateDate|ModifyDate", first)


class Outline(HTMLParser):
    """Elements and texts of a page; every element is closed."""

    VOID = ("meta", "img", "source", "br")

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.mark.parametrize(("name", "lang"), [("pooling", "en"), ("translation", "zh")])
def test_the_page_is_whole_and_can_be_read_by_everyone(name: str, lang: str) -> None:
    source = cards.page(made(name), lang)
    page = Outline(source)
    assert page.all("html")[0]["lang"] == lang
    told = cards.document(made(name), lang)
    said = re.sub(r"\s+", " ", page.text)
    for words in (told["question"], told["aim"], *told["needs"], told["chapter"]):
        assert re.sub(r"\s+", " ", words) in said
    for row in (*told["pauses"], *told["mistakes"]):
        assert all(cell in said for cell in row)
    (img,) = page.all("img")
    assert img["alt"] == figures.alternative(name, lang)
    for address in (img["src"], page.all("source")[0]["srcset"]):
        kind, data = address.split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        assert base64.b64decode(data).startswith(b"<?xml")
    assert [tag for tag, _ in page.elements if re.fullmatch(r"h\d", tag)][:2] == ["h1", "h2"]
    assert all("scope" in th for th in page.all("th"))
    addresses = re.findall(r'(?:src|href|srcset)="([^"]*)"', source)
    assert all(address.startswith("data:") for address in addresses)
    assert page.all("script") == []
    assert "default-src 'none'" in source


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["card", *arguments])


def test_the_command_writes_both_kinds(tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    for ending, start in (("pdf", b"%PDF"), ("html", b"<!DOCTYPE html>")):
        target = tmp_path / f"card.{ending}"
        result = run("pooling", "--lang", "zh", "-o", str(target))
        assert result.output == f"已写出 {target}\n"
        assert target.read_bytes().startswith(start)


def test_the_file_is_named_after_the_lesson(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("dense-vs-conv", "--format", "html").output == "wrote dense-vs-conv-card.html\n"


def test_all_cards_go_into_a_folder(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(cards, "page", lambda card, lang: f"{card.lesson.name} {lang}")
    monkeypatch.setattr(cards, "make", made)
    result = run("--all", "--format", "html", "-o", str(tmp_path))
    assert result.exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}-card.html" for name in NAMES}
    assert (tmp_path / "pooling-card.html").read_text() == "pooling en"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["poling"], "there is no lesson 'poling'"),
        ([], "whose card? Name a lesson"),
        (["pooling", "--all"], "pooling and --all exclude one another"),
        (["pooling", "-o", "card.txt"], "'card.txt' is not the name of a card: let it end in .pdf"),
        (["pooling", "--format", "html", "-o", "card.pdf"], "contradict one another"),
        (["pooling", "--lang", "de"], "there is no language 'de': choose en or zh"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_without_typst_it_is_said_what_to_type(
    monkeypatch: pytest.MonkeyPatch, absent: set[str]
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    absent.add("typst")
    with pytest.raises(ConvexplainError, match=r"^pages for paper need typst, .* install 'typst>"):
        cards.pdf(made("pooling"))


def test_the_example_of_the_page_on_cards_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "cards.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(code, {})
    assert len(capsys.readouterr().out.splitlines()) == 3
