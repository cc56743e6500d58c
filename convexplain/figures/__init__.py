"""Figures for documents: one module each, the still twin of a lesson or of a measurement.

>>> names()[:2]
('sliding-window', 'sliding-window-steps')

`draw` gives a figure of matplotlib, `write` puts it into a file, `alternative` and `caption` say
what it shows. pyplot is not needed, its state and the rcParams stay as they are.
"""

from typing import TYPE_CHECKING

from convexplain.late import handing_on

if TYPE_CHECKING:
    from convexplain.figures._about import (
        COLUMN,
        DEFAULT,
        FORMATS,
        PAGE,
        WIDTHS,
        About,
        check_path,
        check_width,
    )
    from convexplain.figures._figure import (
        about,
        about_made,
        alternative,
        caption,
        draw,
        draw_diagram,
        draw_made,
        make,
        options,
        write,
    )
    from convexplain.figures._finding import names
else:
    __getattr__, __dir__ = handing_on(
        __name__,
        {
            "_about": "COLUMN DEFAULT FORMATS PAGE WIDTHS About check_path check_width",
            "_figure": "about about_made alternative caption draw draw_diagram draw_made make "
            "options write",
            "_finding": "names",
        },
    )

__all__ = [
    "COLUMN",
    "DEFAULT",
    "FORMATS",
    "PAGE",
    "WIDTHS",
    "About",
    "about",
    "about_made",
    "alternative",
    "caption",
    "check_path",
    "check_width",
    "draw",
    "draw_diagram",
    "draw_made",
    "make",
    "names",
    "options",
    "write",
]
