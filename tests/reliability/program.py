"""The command line with one more lesson, the short one of the tests; its film is of that alone.

``python program.py render short --half 1.5 -o a.mp4`` is a run like any other: its processes,
signals and files are real. Of the figures it knows two. Worker processes run this file, too,
before they get work.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # as convexplain.__main__ does, before anything takes time
    signal.signal(signal.SIGINT, signal.SIG_DFL)

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from short_lesson import ShortLesson  # noqa: E402

from convexplain import lessons  # noqa: E402
from convexplain.cli import main  # noqa: E402
from convexplain.lessons.parts import contents  # noqa: E402
from convexplain.video.job import Job  # noqa: E402

SCENE = TESTS / "scenes" / "short.py"
#: Seconds of the two beats of each part of the film.
HALVES = (0.8, 1.0, 1.2)


def add_the_short_lesson() -> None:
    names, find, make = lessons.names, lessons.find, Job.__init__

    def init(job: Job, lesson: Any, *args: Any, **options: Any) -> None:
        make(job, lesson, *args, **options)
        if isinstance(lesson, ShortLesson) and job.scene_file is None:
            object.__setattr__(job, "scene_file", SCENE)

    lessons.names = lambda: (*names(), "short")
    lessons.find = lambda name: ShortLesson if name == "short" else find(name)
    contents.find = lessons.find
    Job.__init__ = init  # type: ignore[method-assign]


def make_a_film_of_it() -> None:
    from convexplain.video import film

    film.Film._told = property(  # type: ignore[assignment]
        lambda made: tuple(ShortLesson(half=half) for half in HALVES)
    )
    film._chapters = lambda made, starts: zip(  # type: ignore[assignment]
        starts, (part.title.text(made.look.lang) for part in made.parts), strict=False
    )


def keep_two_figures() -> None:
    from convexplain import figures

    figures.names = lambda: ("shift-accuracy", "sliding-window")


if __name__ == "__main__":
    add_the_short_lesson()
    if "figure" in sys.argv[1:2]:
        keep_two_figures()
    if "film" in sys.argv[1:2]:
        make_a_film_of_it()
    main()
