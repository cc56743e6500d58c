"""The film as one story: whom it is about, how long it lasts, and that one picture moves on."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from played import LANGUAGES, lesson_of
from played import told as film

from convexplain.data import digits, examples, facts
from convexplain.lessons import Beat, Caption, Event, Lesson
from convexplain.lessons import _story as story
from convexplain.lessons._closing import STATIONS, Closing
from convexplain.lessons._opening import Opening
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.lessons.parts.beats import chosen
from convexplain.network import Network, Node
from convexplain.style.theme import Look
from convexplain.video import film as films
from convexplain.video.film import Film
from convexplain.video.job import ASPECTS, Job, Quality
from tests.often import covering, later

#: How long a film may be, in seconds.
SHORTEST, LONGEST = 480, 600
#: A frame is empty if no more of its stage differs from the ground by more than so many levels.
EMPTY, FAINT = 0.008, 24
#: A line of the page of claims that says where the film tells one.
MOMENT = re.compile(r"`([a-z-]+)`, events? `([a-z0-9-]+)`(?: and `([a-z0-9-]+)`)?")


def parts_of(whom: story.Protagonist, lang: str = "en") -> tuple[Lesson, ...]:
    return story.tell(whom, lang)


@pytest.fixture(scope="module")
def told() -> tuple[Lesson, ...]:
    return film()


# Whom it is about, found once more by code of its own.


def convnet(pictures: np.ndarray) -> np.ndarray:
    """Read pictures (N, 28, 28) by windows and sums, and return probabilities (N, 10)."""
    weights = Network.load("cnn").weights
    x = pictures[..., np.newaxis].astype(np.float64)
    for name in ("conv1", "conv2", "conv3"):
        kernel, bias = weights[f"{name}/kernel"], weights[f"{name}/bias"]
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))
        x = np.maximum(np.einsum("nhwcij,ijcf->nhwf", windows, kernel, optimize=True) + bias, 0)
        if name != "conv3":
            n, h, w, c = x.shape
            x = x[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))
    return softmax(x.reshape(len(x), -1) @ weights["dense/kernel"] + weights["dense/bias"])


def dense(pictures: np.ndarray) -> np.ndarray:
    weights = Network.load("dense").weights
    names = sorted({name.partition("/")[0] for name in weights})
    x = pictures.reshape(len(pictures), -1).astype(np.float64)
    hidden, out = (names[n] for n in np.argsort([-weights[f"{n}/kernel"].size for n in names]))
    x = np.maximum(x @ weights[f"{hidden}/kernel"] + weights[f"{hidden}/bias"], 0)
    return softmax(x @ weights[f"{out}/kernel"] + weights[f"{out}/bias"])


def softmax(z: np.ndarray) -> np.ndarray:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def shifted(picture: np.ndarray, direction: str, pixels: int) -> np.ndarray:
    out = np.zeros_like(picture)
    for row, col in np.ndindex(*picture.shape):
        way = {"up": (1, 0), "down": (-1, 0), "left": (0, 1), "right": (0, -1)}[direction]
        source = row + pixels * way[0], col + pixels * way[1]
        if 0 <= source[0] < 28 and 0 <= source[1] < 28:
            out[row, col] = picture[source]
    return out


def walks_of(number: int) -> Iterator[tuple[str, int]]:
    """Yield the directions in which a digit walks out of both answers for good, and the lead."""
    picture, label = digits.sample(number).pixels[:, :, 0], digits.sample(number).label
    for direction in ("left", "right", "up", "down"):
        walk = np.stack([shifted(picture, direction, n) for n in range(7)])
        right = [net(walk).argmax(axis=1) == label for net in (convnet, dense)]
        fails = [int(r.argmin()) if not r.all() else 7 for r in right]
        last = min(max(fails), 6)
        whole = all(np.isclose(walk[n].sum(), picture.sum()) for n in range(last + 1))
        gone = all(not r[at:].any() for r, at in zip(right, fails, strict=True))
        if max(fails) < 7 and gone and whole:
            yield direction, fails[0] - fails[1]


def relapses_of(number: int) -> int:
    answers = facts.learning().probabilities[:, number].argmax(axis=1)
    label, count = digits.sample(number).label, 0
    for before, after in pairwise(answers):
        count += before == label and after != label
    return count


@pytest.mark.parametrize("digit", [2, *(pytest.param(n, marks=pytest.mark.soak) for n in (4, 6))])
def test_the_film_is_about_the_digit_that_tells_most(digit: int) -> None:
    numbers = [n for n, each in enumerate(digits.load()) if each.label == digit]
    pictures = np.stack([digits.sample(n).pixels[:, :, 0] for n in numbers])
    sure = (convnet(pictures)[:, digit] >= 0.99) & (dense(pictures)[:, digit] >= 0.9)
    leads = {
        n: [(lead, direction) for direction, lead in walks_of(n)]
        for n, ok in zip(numbers, sure, strict=True)
        if ok
    }
    least = 2 if any(lead >= 2 for found in leads.values() for lead, _ in found) else 1
    able = {n: max(lead for lead, _ in found) for n, found in leads.items() if found}
    able = {n: lead for n, lead in able.items() if lead >= least}
    expected = max(able, key=lambda n: (relapses_of(n), able[n]))
    whom = story.protagonist(digit)
    assert whom.picture is not None
    assert np.array_equal(whom.picture.pixels, digits.sample(expected).pixels)
    assert (able[expected], whom.direction) in leads[expected]
    assert least == (1 if digit == 2 else 2)


def test_without_a_digit_it_is_the_best_of_all() -> None:
    chosen = examples.load()["film"]
    assert story.best(list(range(len(digits.load())))) == (chosen["sample"], chosen["direction"])
    whom = story.protagonist()
    assert whom.picture.label == chosen["label"]
    assert relapses_of(chosen["sample"]) == max(
        relapses_of(n) for n, digit in enumerate(digits.load())
        if convnet(digit.pixels[np.newaxis, :, :, 0])[0, digit.label] >= 0.99
    )  # fmt: skip


# What it consists of.


@pytest.mark.parametrize(
    "digit", [None, *(pytest.param(n, marks=pytest.mark.soak) for n in range(10))]
)
def test_it_lasts_eight_to_ten_minutes_in_either_language(digit: int | None) -> None:
    for lang in ("en", "zh"):
        parts = film(digit, lang)
        assert SHORTEST <= sum(part.seconds for part in parts) <= LONGEST
        asks = [e.name for part in parts for beat in part.beats() for e in beat.events if e.ask]
        assert len(asks) >= 6


def test_the_closing_says_of_a_misread_digit_that_the_answer_is_wrong() -> None:
    beats = Closing(picture=digits.sample(122)).beats()
    assert "a wrong one" in " ".join(beat.caption.text("en") for beat in beats)


@pytest.mark.soak  # each lesson tells of a misread digit in its own tests
def test_a_picture_of_ones_own_is_told_of_too() -> None:
    misread = story.Protagonist(digits.sample(122))
    parts = parts_of(misread)
    assert SHORTEST <= sum(part.seconds for part in parts) <= LONGEST
    said = " ".join(beat.caption.text("en") for part in parts for beat in part.beats())
    assert "a wrong one" in said


def test_each_language_takes_its_own_time_to_read() -> None:
    caption = Caption(en="Short.", zh="这一句话用中文读起来要久得多。")
    beats = [Beat.of("a", caption, Event("one", 1.0, caption), Event("two", 1.0))]
    seconds = {lang: sum(b.seconds for b in chosen(beats, ["one"], lang)) for lang in ("en", "zh")}
    assert seconds["en"] == 1.0
    assert seconds["zh"] == pytest.approx(15 / 6)


def test_what_the_film_leaves_out_is_of_its_lesson(told: tuple[Lesson, ...]) -> None:
    shown = {part.telling.name: part for part in told if part.telling}
    for chapter in story.CHAPTERS:
        own = {e.name for beat in shown[chapter.name].designed for e in beat.events}
        assert set(chapter.left_out.split()) <= own, chapter.name


def test_the_cat_is_taken_apart_as_the_digit_was(told: tuple[Lesson, ...]) -> None:
    before, cat, after = [
        next(part for part in told if part.telling and part.telling.name == name)
        for name in ("hierarchy", "hierarchy-photo", "translation")
    ]
    assert told.index(cat) == told.index(before) + 1 == told.index(after) - 1
    assert isinstance(before, Hierarchy)
    assert isinstance(cat, Hierarchy)
    # The tree beside the cat's is the one that was shown before it, cell by cell.
    assert [*nodes(cat.other.tree)] == [*nodes(before.tree)]
    names = {panel.name for panel in cat.beside_other().root.panels()}
    for prefix, lesson in (("other-", before), ("", cat)):
        patches = {name for name in names if name.startswith(f"{prefix}patch-")}
        assert len(patches) == 3 + 6 + 12 == len([*nodes(lesson.tree)]) - 1
    said = {e.name: e.said.text("en") for beat in cat.beats() for e in beat.events if e.said}
    assert said["same"].startswith(f"{before.label} and cat: ")
    assert "this cut was chosen" in said["cuts"].lower()


def nodes(node: Node) -> Iterator[tuple[str, int, int, int]]:
    yield node.layer, node.row, node.col, node.filter
    for part in node.parts:
        yield from nodes(part)


def test_the_chapters_claims_and_figures_have_their_moment(told: tuple[Lesson, ...]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "claims.md").read_text("utf-8")
    listed = page.partition("## Where the film tells it")[2].partition("\n## ")[0]
    lines = [" ".join(line.split()) for line in listed.split("\n- ")[1:]]
    assert [line.partition(":")[0] for line in lines[:8]] == [f"claim {n}" for n in range(1, 9)]
    assert sum(line.startswith("the figure") for line in lines) == 3
    shown = {
        ((part.telling and part.telling.name) or part.name, e.name)
        for part in told for beat in part.beats() for e in beat.events
    }  # fmt: skip
    for line in lines:
        moments = MOMENT.findall(line)
        assert moments, line
        for lesson, *events in moments:
            assert {(lesson, event) for event in events if event} <= shown, line


def test_its_chapters_bear_the_titles_of_their_lessons() -> None:
    alone = [
        (
            next(part for part in film() if part.telling and part.telling.name == chapter.name)
            if chapter.again
            else lesson_of(chapter.lesson)
        ).shown_title
        for chapter in story.CHAPTERS
    ]
    for lang in ("en", "zh"):
        parts = film(lang=lang)
        starts = [*accumulate((part.seconds for part in parts), initial=0.0)]
        marks = list(films._chapters(Film(parts, Path("x.mp4"), Look(lang)), starts[:-1]))
        titles = [title.text(lang) for title in alone]
        ends = Opening.title.text(lang), Closing.title.text(lang)
        assert [title for _, title in marks] == [ends[0], *titles, ends[1]]
        assert [start for start, _ in marks] == starts[:-1]


def test_what_ends_one_part_begins_the_next(told: tuple[Lesson, ...]) -> None:
    for before, after in pairwise(told):
        last, first = before.beats()[-1], after.beats()[0]
        assert last.name == "bridge"
        assert (last.title, last.events[-1].said) == (first.title, first.events[0].said)
    cues = films._cues(told, [*accumulate((p.seconds for p in told), initial=0.0)], "en")
    assert all(a.text != b.text and a.end == pytest.approx(b.start) for a, b in pairwise(cues))


@pytest.mark.soak  # that a piece is named alike each time is asked in test_clip_cache.py
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_two_films_of_one_digit_share_their_pieces(lang: str) -> None:
    from convexplain.video import clip_cache

    again = parts_of(story.protagonist(), lang)
    for one, other in zip(film(lang=lang), again, strict=True):
        paths = {
            clip_cache.path_of(Job(part, Path("x.mp4")), Path("cache")) for part in (one, other)
        }
        assert len(paths) == 1


# What it says of both networks.


def test_the_opening_compares_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    opening = Opening()
    stored = {row["network"]: row["accuracy"] for row in facts.rows("shift") if row["pixels"] == 0}
    cnn, baseline = opening.scores
    assert (cnn.measured, baseline.measured) == (stored["cnn"], stored["dense"])
    assert (cnn.told, baseline.told) == (0.991, 0.9822)
    for score in opening.scores:
        assert score.misread == round(10_000 * (1 - score.measured))
    assert [int((opening.tiles(n) > 0).sum()) for n in (0, 1)] == [cnn.misread, baseline.misread]
    caption = next(e for beat in opening.beats() for e in beat.events if e.name == "mistakes")
    assert ("less than half" in caption.said.text("en")) == (2 * cnn.misread < baseline.misread)
    many = cnn._replace(misread=baseline.misread - 1)
    monkeypatch.setitem(vars(opening), "scores", (many, baseline))
    caption = next(e for beat in opening.make_beats() for e in beat.events if e.name == "mistakes")
    assert "half" not in caption.said.text("en")


def test_it_is_not_luck_where_the_worst_training_beats_the_best() -> None:
    seeds = [
        Network.load(name).provenance["test_accuracy_by_seed"].values() for name in ("cnn", "dense")
    ]
    reply = Opening()._not_luck().text("en")
    assert ("worst training" in reply) == (min(seeds[0]) > max(seeds[1]))
    assert f"{100 * min(seeds[0]):.2f}%" in reply


def test_the_closing_goes_the_way_that_scipy_goes() -> None:
    from scipy.signal import correlate2d

    closing = Closing(picture=digits.sample(83))
    weights = Network.load("cnn").weights
    pixels = digits.sample(83).pixels[:, :, 0].astype(np.float64)
    responses = [
        np.maximum(
            correlate2d(pixels, weights["conv1/kernel"][:, :, 0, n], "valid")
            + weights["conv1/bias"][n],
            0,
        )
        for n in range(32)
    ]
    peaks = [float(response.max()) for response in responses]
    assert closing.shown_filter == int(np.argmax(peaks))
    row, col = closing.place
    assert responses[closing.shown_filter][row, col] == pytest.approx(max(peaks), abs=1e-5)
    assert [peaks[n] for n in closing.strongest("conv1")] == sorted(peaks, reverse=True)[:9]
    names = {panel.name for panel in closing.way().root.panels()}
    assert set(STATIONS) <= names


# What is seen.


class Watched(NamedTuple):
    """The first and the last frame of a part, where its picture stood still, how full it was."""

    first: np.ndarray
    last: np.ndarray
    still: int
    longest: int
    frames: int
    emptiest: float


def watch(part: Lesson, look: Look, aspect: str, rate: int) -> Watched:
    from manim import tempconfig

    from convexplain.video import worker

    quality = Quality("t", 426, 240, rate)
    job = Job(part, Path("x.mp4"), look, quality, aspect=aspect)
    first: list[np.ndarray] = []
    ground: list[tuple[np.uint8, np.uint8]] = []  # the least and the most of each colour
    seen: list[tuple[str, bool]] = []
    inked: list[float] = []

    class Seen(worker.scene_class(job)):  # type: ignore[misc]
        asking = False

        def _show(self, told: Any) -> None:
            self.asking = getattr(told, "ask", None) is not None
            super()._show(told)

        def on_frame(self, seconds: float) -> None:
            pixels = self.camera.picture.pixels
            if not first:
                first.append(pixels.copy())
                ground.extend(
                    (np.uint8(max(level - FAINT, 0)), np.uint8(min(level + FAINT, 255)))
                    for level in pixels[0, 0, :3].tolist()
                )
            area = self.camera.stage_area
            stage = np.ascontiguousarray(pixels[area.top : area.bottom, area.left : area.right])
            digest = hashlib.blake2b(stage.tobytes(), digest_size=8).hexdigest()
            if not seen or digest != seen[-1][0]:
                # Bytes less the least that counts as ground; what is below it begins anew at 255.
                red, green, blue = (
                    stage[..., n] - least > most - least for n, (least, most) in enumerate(ground)
                )
                inked.append(float((red | green | blue).mean()))
            while len(seen) < round(seconds * rate):
                seen.append((digest, self.asking))

    with (
        tempfile.TemporaryDirectory() as media,
        tempconfig({**worker.settings(job, Path(media)), "dry_run": True}),
    ):
        scene = Seen(part, look, **worker._following(job))
        scene.render()
        last = scene.camera.picture.pixels.copy()
    still = longest = run = 0
    for (before, _), (after, asking) in pairwise(seen):
        run = run + 1 if before == after and not asking else 0
        still += run > 0
        longest = max(longest, run)
    return Watched(first[0], last, still, longest, len(seen), min(inked))


@pytest.mark.render
@pytest.mark.parametrize(
    ("lang", "theme", "aspect", "rate"),
    [("en", "dark", "16:9", 2), later("en", "dark", "16:9", 10), later("zh", "light", "9:16", 10)],
)
def test_it_moves_and_each_part_ends_as_the_next_begins(
    lang: str, theme: str, aspect: str, rate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from convexplain.stage.board import handing

    # What goes over from one part to the next is the same thing there, with the same values.
    others: list[str] = []
    same = handing._same

    def ask(old: Any, new: Any) -> bool:
        if not same(old, new):
            others.append(f"{old.values.shape} {old.scale_name}, {new.values.shape}")
        return same(old, new)

    monkeypatch.setattr(handing, "_same", ask)
    parts = film(lang=lang)
    watched = [watch(part, Look(lang, theme), aspect, rate) for part in parts]
    assert others == []
    for one, other, part in zip(watched, watched[1:], parts[1:], strict=False):
        assert np.array_equal(one.last, other.first), part.name
    for each, part in zip(watched, parts, strict=True):
        assert each.emptiest > EMPTY, part.name
    # The first frame shows the digit.
    assert len(np.unique(watched[0].first.reshape(-1, 4), axis=0)) > 20
    total = sum(each.frames for each in watched)
    assert sum(each.still for each in watched) / total <= 0.25
    assert max(each.longest for each in watched) / rate <= 3.5


@pytest.mark.render
@pytest.mark.parametrize(("aspect", "lang"), covering([*ASPECTS], LANGUAGES))
def test_nothing_overlaps_in_the_films_own_parts(aspect: str, lang: str) -> None:
    pytest.importorskip("manim", reason="scenes need the extra 'video'")
    from played import check_events

    for part in (
        Opening(picture=digits.first(8)),
        *(Closing(picture=digits.first(n)) for n in (4, 8)),
    ):
        check_events(part, Look(lang), aspect)
