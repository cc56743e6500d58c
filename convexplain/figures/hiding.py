"""What becomes of an answer when a square of the picture is covered, at every place."""

from __future__ import annotations

from convexplain.lessons.hierarchy import Hierarchy
from convexplain.lessons.parts import hierarchy_words as words
from convexplain.panels import Diagram
from convexplain.style.captions import Caption, joined


class Hiding(Hierarchy):
    """The options of the hierarchy, under the heading of its second check."""

    title = words.HIDE_TITLE

    def diagram(self) -> Diagram:
        """Describe the picture with the square that costs most covered, and the change of all."""
        return self.hiding_diagram()


Options = Hiding


def caption(options: Hierarchy) -> Caption:
    """Say what the map shows, as the lesson does."""
    return joined([event.said for event in options.hiding.tell() if event.said is not None])
