"""The errors of a map, laid on the input: one sum for each weight, its gradient."""

from __future__ import annotations

from convexplain.lessons.backward import Backward

Options = Backward


def caption(options: Backward, lang: str = "en") -> str:
    """Say what the figure shows, in the words of the lesson."""
    shown = ("lay", "places", "step")
    events = [event for beat in options.beats() for event in beat.events if event.name in shown]
    said = [event.said.text(lang) for event in events if event.said is not None]
    return ("" if lang == "zh" else " ").join(said)
