"""Two languages in one site: the Chinese pages in docs/zh, beside the English ones.

Each page leads to its twin in the other language. A Chinese page says that it is Chinese, has the
contents of docs/zh/index.md beside it, and the theme's words in Chinese. The search finds both.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

from furo.navigation import get_navigation_tree
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import TocTree
from sphinx.search.en import SearchEnglish

#: The folder of the Chinese pages.
FOLDER = "zh"
_NAMES = {"en": "English", "zh": "中文"}
_HOME = "逐格看懂卷积"
#: What the theme says on a page.
WORDS = {
    "Back to top": "回到顶部",
    "Home": "首页",
    "Index": "索引",
    "Made with ": "制作工具：",
    "Next": "下一页",
    "On this page": "本页内容",
    "Previous": "上一页",
    "Search": "搜索",
    '<a href="https://www.sphinx-doc.org/">Sphinx</a> and ': (
        '<a href="https://www.sphinx-doc.org/">Sphinx</a> 和 '
    ),
}
_CHINESE = "\u3400-\u9fff"


class Search(SearchEnglish):
    """Finds English by its stems, and Chinese, which has no blanks, by each two characters."""

    js_splitter_code = f"""
function splitQuery(query) {{
  const one = /[{_CHINESE}]+|(?:(?![{_CHINESE}])[\\p{{Letter}}\\p{{Number}}_])+/gu;
  return (query.match(one) ?? []).flatMap((word) => {{
    const letters = [...word];
    if (letters.length === 1 || !/[{_CHINESE}]/.test(word)) return [word];
    return letters.slice(1).map((letter, i) => letters[i] + letter);
  }});
}}
"""

    def split(self, input: str) -> list[str]:
        """Split a text into what is found: words, and of Chinese single characters and pairs."""
        found: list[str] = []
        for word in re.findall(rf"[{_CHINESE}]+|(?:(?![{_CHINESE}])\w)+", input):
            if re.match(f"[{_CHINESE}]", word):
                found += [*word, *(word[i : i + 2] for i in range(len(word) - 1))]
            else:
                found.append(word)
        return found


def language_of(docname: str) -> str:
    """Return the language of a page."""
    return "zh" if docname.partition("/")[0] == FOLDER else "en"


def twin(app: Sphinx, docname: str) -> str:
    """Return the page that says the same in the other language, or else its first page."""
    other = docname.removeprefix(f"{FOLDER}/")
    if other == docname:
        other = f"{FOLDER}/{docname}"
    home = "index" if language_of(docname) == "zh" else f"{FOLDER}/index"
    return other if other in app.env.found_docs else home


def _show(
    app: Sphinx, docname: str, template: str, context: dict[str, Any], doctree: Any
) -> str | None:
    """Put the way to the other language on a page."""
    if docname not in app.env.found_docs or f"{FOLDER}/index" not in app.env.found_docs:
        return None
    lang = language_of(docname)
    other = next(each for each in _NAMES if each != lang)
    url = app.builder.get_relative_uri(docname, twin(app, docname))
    link = f'<a href="{escape(url)}" lang="{other}" hreflang="{other}">{_NAMES[other]}</a>'
    context["body"] = f'<p class="language">{link}</p>\n{context.get("body", "")}'
    if lang == "zh":
        context["language"] = "zh-CN"
        context["_"] = context["gettext"] = lambda words: WORDS.get(words, words)
        context["furo_navigation_tree"] = get_navigation_tree(_contents(app, docname))
    return None


def _contents(app: Sphinx, docname: str) -> str:
    """Write the contents of the Chinese pages as a page shows them."""
    adapter, home = TocTree(app.env), f"{FOLDER}/index"
    url = app.builder.get_relative_uri(docname, home)
    current = " current" if docname == home else ""
    parts = [f'<ul><li class="toctree-l1{current}"><a class="reference internal{current}" '
             f'href="{escape(url)}">{_HOME}</a></li></ul>']  # fmt: skip
    for found in app.env.get_doctree(home).findall(addnodes.toctree):
        tree = adapter.resolve(
            docname, app.builder, found, prune=False, maxdepth=2, titles_only=True,
            collapse=True, includehidden=True,
        )  # fmt: skip
        if tree is not None:
            parts.append(str(app.builder.render_partial(tree)["fragment"]))
    return "".join(parts)


def setup(app: Sphinx) -> dict[str, Any]:
    """Show it on each page, after the theme has made its own."""
    app.add_search_language(Search)
    app.connect("html-page-context", _show, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
