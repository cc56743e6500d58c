"""The tree from an answer down to the edges: cells of three layers, what each sees and gives."""

from __future__ import annotations

from convexplain.figures import _words
from convexplain.lessons.hierarchy import Hierarchy
from convexplain.style.captions import Caption, joined

Options = Hierarchy


def caption(options: Hierarchy) -> Caption:
    """Say what the tree shows, as the lesson does."""
    right = options.subject.label
    # What is unusual about a digit is said where its tree begins.
    unusual = options.centred or (right is not None and right != options.label)
    told = _words.sentences(options, *(["parts"] if unusual else []), "shares")
    return joined([told, options.upwards])
