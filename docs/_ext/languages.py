"""Two languages in one site: the Chinese pages in docs/zh, beside the English ones.

Each page leads to its twin in the other language. A Chinese page says that it is Chinese, has the
contents of docs/zh/index.md beside it, and the theme's words in Chinese. The search finds both, on
a page of its own for each; what is in the language of who asks comes first (``scorer.js``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from furo.navigation import get_navigation_tree
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment.adapters.toctree import TocTree
from sphinx.search.en import SearchEnglish

#: The folder of the Chinese pages.
FOLDER = "zh"
#: Where is searched, in either language.
SEARCH = {"en": "search", "zh": f"{FOLDER}/search"}
_NAMES = {"en": "English", "zh": "中文"}
_HOME = "逐格看懂卷积"
#: What the theme says on a page.
WORDS = {
    "Back to top": "回到顶部",
    "Copyright &#169; %(copyright)s": "版权所有 &#169; %(copyright)s",
    "Error": "出错了",
    "Home": "首页",
    "Index": "索引",
    "Made with ": "制作工具：",
    "Next": "下一页",
    "On this page": "本页内容",
    "Please activate JavaScript to enable the search functionality.": "搜索需要启用 JavaScript。",
    "Previous": "上一页",
    "Search": "搜索",
    "Skip to content": "跳到正文",
    '<a href="https://www.sphinx-doc.org/">Sphinx</a> and ': (
        '<a href="https://www.sphinx-doc.org/">Sphinx</a> 和 '
    ),
}
#: What the search says of what it finds.
FOUND = {
    ", in ": "，见",
    "Preparing search...": "正在准备……",
    "Search Results": "搜索结果",
    "Search finished, found one page matching the search query.": ["找到 ${resultCount} 页。"],
    "Searching": "正在搜索",
    "Your search did not match any documents. Please make sure that all words are spelled "
    "correctly and that you've selected enough categories.": "没有找到。请少写几个字，或换一个词。",
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
    if docname in SEARCH.values():
        return SEARCH["en" if language_of(docname) == "zh" else "zh"]
    if other == docname:
        other = f"{FOLDER}/{docname}"
    home = "index" if language_of(docname) == "zh" else f"{FOLDER}/index"
    return other if other in app.env.found_docs else home


def _show(
    app: Sphinx, docname: str, template: str, context: dict[str, Any], doctree: Any
) -> str | None:
    """Put the way to the other language on a page."""
    pages = {*app.env.found_docs, *SEARCH.values()}
    if docname not in pages or f"{FOLDER}/index" not in pages:
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
        path = context["pathto"]
        context["pathto"] = lambda name, *args, **more: path(
            SEARCH["zh"] if name == SEARCH["en"] else name, *args, **more
        )
    if docname == SEARCH["zh"]:
        found = {"messages": FOUND, "locale": "zh_CN", "plural_expr": "0"}
        app.add_js_file(None, body=f"Documentation.addTranslations({json.dumps(found)})")
    return None


def _search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the Chinese page of the search, beside that of Sphinx."""
    if f"{FOLDER}/index" in app.env.found_docs:
        yield SEARCH["zh"], {"title": WORDS["Search"]}, "search.html"


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
    app.connect("html-collect-pages", _search_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
