"""The pictures of a hierarchy's last checks: a square that is covered, and other squares."""

from __future__ import annotations

from convexplain.data import photographs
from convexplain.data.photographs import Photograph
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.lessons.parts.cuts import Cut
from convexplain.lessons.parts.hierarchy_picture import HierarchyPicture
from convexplain.lessons.parts.subject import Subject
from convexplain.network import Occlusion
from convexplain.panels import Cells, Column, Diagram, Either, Legend, Mark, Row, Scale, Text
from convexplain.style import format as fmt
from convexplain.style.captions import Caption


def hiding(picture: HierarchyPicture, found: Occlusion, lost: Caption, gained: Caption) -> Diagram:
    """Describe the picture with a square covered, and the change that each square makes.

    Panels ``covered`` with the mark ``square``, ``losses`` with the marks ``worst`` and
    ``best``: a cell of it lies where the middle of its square does, as both stand level.
    """
    image = found.cover(picture.subject.trace.image, *found.worst)
    size = fmt.shape((found.side, found.side))
    limit = float(abs(found.change).max())
    covered = Cells(
        "covered", picture.subject.recipe.drawn(image), share="pixels", lines=False,
        marks={"square": Mark(*found.worst, found.side, found.side)},
        title=words.COVERED.fill(size=size),
    )  # fmt: skip
    losses = Cells(
        "losses", found.change, Scale(limit, words.CHANGE), share="pixels", lines=False,
        marks={"best": Mark(*found.best, tone="ink"), "worst": Mark(*found.worst)},
        title=words.LOSSES.fill(k=picture.answer),
    )  # fmt: skip
    said = Column(
        Text("lost", lost, role="note"), Text("gained", gained, role="note"), Legend("legend"),
        gap=0.4,
    )  # fmt: skip
    return Diagram(
        Either(
            Column(Row(covered, losses, gap=1.5, align="middle"), said, gap=0.8),
            Column(covered, losses, said, gap=0.8, align="middle"),
        )
    )


def limits(
    picture: HierarchyPicture, shown: Photograph, other: Cut | None, stranger: Subject | None
) -> Diagram:
    """Describe a whole photograph with the squares that are read, and what is no class, if any.

    Panels ``whole`` with the marks ``shown`` and ``other``, and ``stranger``.
    """
    whole = photographs.whole(photographs.name_of(shown)).pixels
    marks = {"shown": Mark(*shown.square.box)}
    name = picture.subject.network.class_name
    note = None
    if other is not None:
        square, answer = other.square, other.subject.trace.prediction
        marks["other"] = Mark(*square.box, tone="ink", dashed=True)
        note = words.CUTS.fill(
            r=shown.square.top, c=shown.square.left, s=square.top, d=square.left,
            k=picture.answer, p=fmt.probability(picture.probability),
            j=name(answer), q=fmt.probability(float(other.subject.trace.shares[answer])),
        )  # fmt: skip
    photo = Cells("whole", whole, share="whole", marks=marks, lines=False, note=note)
    if stranger is None:
        return Diagram(photo)
    first, second = stranger.trace.shares.argsort()[::-1][:2].tolist()
    shares = stranger.trace.shares
    read_as = words.READ_AS.fill(
        j=name(first), p=fmt.percent(shares[first], 0),
        k=name(second), q=fmt.percent(shares[second], 0),
    )  # fmt: skip
    assert stranger.sharp is not None
    scale = stranger.sharp.shape[0] / whole.shape[0]
    rocket = Cells(
        "stranger", stranger.sharp, share="whole", lines=False, note=read_as, fine=scale
    )  # fmt: skip
    return Diagram(
        Either(Row(photo, rocket, gap=1.5), Column(photo, rocket, gap=1.0, align="middle"))
    )
