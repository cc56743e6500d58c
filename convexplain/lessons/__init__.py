"""The lessons: one module a topic, found by its file, computing and saying what is shown."""

from typing import TYPE_CHECKING

from convexplain.late import handing_on

if TYPE_CHECKING:
    from convexplain.lessons.parts.beats import Beat, Choice, Event, Question
    from convexplain.lessons.parts.build import make
    from convexplain.lessons.parts.contents import Entry, entry
    from convexplain.lessons.parts.finding import BEYOND, CHAPTER, find, names
    from convexplain.lessons.parts.lesson import Lesson, option, option_fields
    from convexplain.lessons.parts.network_lesson import FilterLesson, NetworkLesson
    from convexplain.style.captions import Caption
else:
    __getattr__, __dir__ = handing_on(
        __name__,
        {
            "parts.beats": "Beat Caption Choice Event Question",
            "parts.build": "make",
            "parts.contents": "Entry entry",
            "parts.finding": "BEYOND CHAPTER find names",
            "parts.lesson": "Lesson option option_fields",
            "parts.network_lesson": "FilterLesson NetworkLesson",
        },
    )

__all__ = [
    "BEYOND",
    "CHAPTER",
    "Beat",
    "Caption",
    "Choice",
    "Entry",
    "Event",
    "FilterLesson",
    "Lesson",
    "NetworkLesson",
    "Question",
    "entry",
    "find",
    "make",
    "names",
    "option",
    "option_fields",
]
