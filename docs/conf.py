"""How Sphinx makes the documentation: ``bash scripts/docs.sh``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

HERE = Path(__file__).parent
# The scenes' own package, and what is made for this site alone.
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

from convexplain import __version__  # noqa: E402
from convexplain.style.theme import THEMES  # noqa: E402

# A style that the theme brings sets logging up for everybody: what libraries do is no news here.
for chatty in ("convexplain", "fontTools"):
    logging.getLogger(chatty).setLevel(logging.WARNING)

project = "convexplain"
author = "the convexplain authors"
copyright = "the convexplain authors"
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
    "convexplain.sphinxext",
    "front",
    "gallery",
    "languages",
    "lesson_options",
    "mathml",
    "repository_links",
]
exclude_patterns = ["_build", "_ext"]

# Pages are Markdown, read on the repository's own pages too: plain links, dollars around formulas.
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3

# Docstrings are numpydoc. Types are prose in them ("numpy.ndarray of float, shape (H, W)").
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_use_ivar = True
# In numpydoc `x` is a parameter as well as an object: what is nothing known stays as it is written.
nitpick_ignore_regex = [("py:(obj|class)", r"(?!convexplain\.).*")]
# A parameter may be called like attributes of several classes.
suppress_warnings = ["ref.python"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
default_role = "py:obj"
nitpicky = True

html_theme = "furo"
html_title = "convexplain"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
# A path from here: Sphinx takes one from the folder in which it is started.
html_search_scorer = str(HERE / "_ext" / "scorer.js")
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": True,
    # The ground that figures are drawn on, and the colour of what is positive in them.
    **{
        f"{theme.name}_css_variables": {
            "color-background-primary": theme.background,
            "color-background-secondary": theme.surface,
            "color-brand-primary": theme.positive,
            "color-brand-content": theme.positive,
            "color-brand-visited": theme.positive,
        }
        for theme in THEMES.values()
    },
}
html_math_renderer = "mathml"

latex_engine = "xelatex"
