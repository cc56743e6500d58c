"""Backward's answer and loss: a raised score, and what a step of the weights makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from played import lesson_of

from convexplain.lessons.backward import Backward
from convexplain.network import Network, Trace
from convexplain.panels import ASPECTS, place
from convexplain.panels.text import say


@pytest.fixture(scope="module")
def lesson():
    return lesson_of("backward")


def told(lesson, event, lang="en"):
    (said,) = (e.said for beat in lesson.beats() for e in beat.events if e.name == event)
    return said.text(lang)


def loss(network, lesson):
    """The cross-entropy of a network's answer, by its probabilities."""
    return -np.log(Trace(network, lesson.trace.image).shares[lesson.right])


def learned(lesson, stage):
    done = sum(count for _, count in lesson.stages[:stage])
    answer = lesson.outcomes[0].became(lesson.outcomes[1], lesson.most)
    return lesson.picture_of().learning(answer, lesson.stages, done)


def test_a_step_of_all_weights_is_what_the_end_tells(lesson):
    gradients = lesson.back.gradients
    moved = {name: w - 0.001 * gradients[name] for name, w in lesson.network.weights.items()}
    after = loss(Network(lesson.network.layers, moved), lesson)
    assert lesson.stepped.loss == pytest.approx(after, rel=1e-4)
    assert after < lesson.back.loss
    assert told(lesson, "again") == "Now all 104,202 weights take their step."
    assert told(lesson, "answer").endswith("so the loss falls.")
    first, last = lesson.outcomes
    assert (first.loss, last.loss) == pytest.approx((lesson.back.loss, after), rel=1e-4)
    said = "Gradient below 0: a larger weight lowers the loss, so up. Above 0: down."
    assert told(lesson, "step") == said


def test_the_loss_grows_with_a_raised_score_as_fast_as_its_error_says(lesson):
    outcome = lesson.outcomes[0]
    errors = {bar.name: bar.value for bar in outcome.errors()}
    for k in lesson.classes:
        logits = lesson.trace.logits.astype(np.float64)
        logits[k] += 0.1
        shares = np.exp(logits) / np.exp(logits).sum()
        raised = outcome.nudged(k)
        assert raised.loss == pytest.approx(-np.log(shares[4]))
        assert raised.shares == pytest.approx({each: shares[each] for each in lesson.classes})
        assert (raised.loss - outcome.loss) / 0.1 == pytest.approx(errors[str(k)], rel=0.03)
    # The cause stands first, and alone; then what becomes of answer and loss.
    cause, _ = outcome.seen(raised=4)
    answer, loss_bar = outcome.nudged(4).seen(first=outcome, raised=4)
    for bars, numbers in ((cause, ["0.28", "0.72"]), (answer, ["0.30", "0.70"])):
        assert [bar.printed("en") for bar in bars.bars] == numbers
        assert [say(bar.source, "en") for bar in bars.bars] == ["score + 0.1", ""]
    assert loss_bar.bars[0].printed("en") == "1.20 (−0.07 for +0.1)"
    assert loss_bar.scale == outcome.seen()[1].scale == outcome.mistaken()[1].scale


def test_a_step_that_makes_it_worse_is_called_too_long(lesson, monkeypatch):
    worse = {name: w + 0.01 * lesson.back.gradients[name] for name, w in
             lesson.network.weights.items()}  # fmt: skip
    trace = Trace(Network(lesson.network.layers, worse), lesson.trace.image)
    monkeypatch.setattr(Backward, "stepped", trace.backward(4))
    assert "too far" in told(Backward(), "answer")
    assert "太远" in told(Backward(), "answer", "zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_but_bars_moves_while_scores_are_raised_and_errors_found(lesson, lang):
    picture, first = lesson.picture_of(), lesson.outcomes[0]
    answers = [first.seen(), first.mistaken()]
    for k in lesson.classes:
        answers += [first.seen(raised=k), first.nudged(k).seen(first=first, raised=k)]
    placed = [place(picture.way(answer, 5), ASPECTS["16:9"], lang) for answer in answers]
    names = ("input", "kernel", "map", "layers", "loss.now", "answer.4.label", "answer.9.label")
    for name in names:
        corners = {(round(each[name].x, 1), round(each[name].y, 1)) for each in placed}
        assert len(corners) == 1, name


def test_no_bar_has_the_colour_of_what_is_looked_at(lesson):
    first, last = lesson.outcomes
    for bars in (*first.seen(), *first.became(last, lesson.most)):
        assert {bar.tone for bar in bars.bars} <= {"ink", "muted"}


def test_the_layers_that_step_have_all_weights_that_are_told(lesson):
    stepping = lesson.stepping
    assert sum(stepping.values()) == sum(w.size for w in lesson.network.weights.values())
    assert stepping["conv1"] == 32 * 9 + 32
    assert dict(lesson.stages) == stepping
    picture = learned(lesson, 2)
    said = [p.words.text("en") for p in picture.root.panels() if p.name.startswith("layer-")]
    assert said == [f"{name}: {count:,} weights" for name, count in stepping.items()]
    assert picture.panel("done").words.text("en") == "18,816 of 104,202 have stepped"
