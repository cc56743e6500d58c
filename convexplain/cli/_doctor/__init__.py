"""Whether this machine can render: one finding a check, each with what to do about it."""

from __future__ import annotations

from pathlib import Path

from convexplain.cli._doctor.finding import Finding, State, guarded
from convexplain.messages import Message

__all__ = ["Finding", "State", "diagnose"]


def diagnose() -> tuple[Finding, ...]:
    """Make every check, in the order in which to read them; nothing is downloaded or stays."""
    from convexplain.cli._doctor import libraries, machine, shipped

    python = guarded("Python", libraries.check_python)
    memory = guarded("memory", machine.check_memory)
    if memory.state == "failed":  # libraries that get too little hang or end the process
        return (
            python,
            memory,
            Finding("libraries", "warning", Message("not tried in so little memory")),
        )
    with libraries.tried() as answers:
        # The process of the trial meanwhile imports manim. This one leaves alone what writes to
        # the user's folders when imported, as matplotlib does.
        here = [
            guarded("networks", shipped.check_networks),
            guarded("temporary folder", machine.check_temporary),
            guarded("current folder", lambda: machine.check_current(Path())),
            guarded("cache folder", machine.check_cache),
            guarded("MNIST", shipped.check_mnist),
        ]
        got = answers()
    return (
        python,
        guarded("packages", lambda: libraries.check_packages(got)),
        guarded("Pillow", lambda: libraries.check_pillow(got["pillow"])),
        guarded("manim", lambda: libraries.check_manim(got["manim"])),
        guarded("cairo and pango", lambda: libraries.check_cairo(got["manim"])),
        guarded("encoders", lambda: libraries.check_encoders(got["av"])),
        guarded("Typst", lambda: libraries.check_typst(got["typst"])),
        memory,
        guarded("fonts", lambda: shipped.check_fonts(got["fonts"])),
        *here,
    )
