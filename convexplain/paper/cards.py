"""Teacher's cards on a page: as plain data in one language, as PDF, as HTML."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from typing import Any

from convexplain import figures
from convexplain.errors import UsageError
from convexplain.figures import _writing
from convexplain.lessons.cards import Card, Mistake, Pause, make, names
from convexplain.paper import typesetting
from convexplain.style import format as fmt
from convexplain.style.captions import LANGUAGES, Caption
from convexplain.style.theme import DARK, LIGHT, Look, Theme

__all__ = ["Card", "Mistake", "Pause", "document", "make", "names", "page", "pdf"]

# Commands that can speak Chinese.
_BILINGUAL = ("figure", "model", "pixel", "predict", "render", "step", "worksheet")
# Of the figure, in inches: the text leaves it about so much of A4.
_WIDTH, _HEIGHT = 6.85, 4.2


def document(card: Card, lang: str) -> dict[str, Any]:
    """Give all texts of a card, ready for JSON.

    Parameters
    ----------
    card : Card
    lang : {"en", "zh"}

    Raises
    ------
    UsageError
        There is no such language.
    """
    if lang not in LANGUAGES:
        raise UsageError("there is no language {lang!r}: choose en or zh", lang=lang)
    lesson = card.lesson
    about = _ABOUT.fill(kind=_KIND, name=lesson.name, n=fmt.number(lesson.seconds, 0))
    other = next(each for each in LANGUAGES if each != lang)
    return {
        "lang": lang,
        "other": other,
        "title": lesson.title.text(lang),
        "about": about.text(lang),
        "question": lesson.question.text(lang),
        "headings": {
            "aim": _AIM.text(lang),
            "needs": _NEEDS.text(lang),
            "pauses": _PAUSES.text(lang),
            "mistakes": _MISTAKES.text(lang),
            "chapter": _CHAPTER.text(lang),
            "commands": _COMMANDS.text(lang),
        },
        "alternative": figures.about_made(lesson.name, _shown(card), lang).alternative,
        "aim": card.aim.text(lang),
        "needs": [need.text(lang) for need in card.needs],
        "columns": [column.text(lang) for column in _COLUMNS],
        "pauses": [
            [_clock(card.start(pause)), pause.beat, pause.ask.text(lang), pause.expect.text(lang)]
            for pause in card.pauses
        ],
        "mistakes": [
            [_QUOTED.fill(said=mistake.said).text(lang), mistake.reply.text(lang)]
            for mistake in card.mistakes
        ],
        # The chapter is Chinese: its own words stand on both cards.
        "chapter": card.chapter and card.chapter.text(lang),
        "translation": card.chapter and card.chapter.text(other),
        "commands": [_command(f"render {lesson.name}", lang), _command(card.tries, lang)],
        "note": _NOTE.text(lang),
    }


def pdf(card: Card, lang: str = "en") -> bytes:
    """Set a card on one page, A4.

    Raises
    ------
    ConvexplainError
        Typst is not installed: it comes with the extra "print".
    """
    return typesetting.pdf("card", printed(card, lang))


def printed(card: Card, lang: str) -> dict[str, Any]:
    """Give what the template of the page shows: the document and the figure."""
    return {**document(card, lang), "svg": _figure(card, Look(lang, "light")).decode()}


def page(card: Card, lang: str = "en") -> str:
    """Write a card as one HTML file that needs no other, light or dark as the reader's system."""
    told = document(card, lang)
    light, dark = (_data(_figure(card, Look(lang, theme))) for theme in ("light", "dark"))
    heads: Mapping[str, str] = told["headings"]
    needs = "".join(f"<li>{_text(need)}</li>" for need in told["needs"])
    head = "".join(f'<th scope="col">{_text(column)}</th>' for column in told["columns"])
    rows = "".join(
        f'<tr><td>{_text(at)}</td><th scope="row">{_text(beat)}</th>'
        f"<td>{_text(ask)}</td><td>{_text(expect)}</td></tr>"
        for at, beat, ask, expect in told["pauses"]
    )
    mistakes = "".join(
        f"<dt>{_text(said)}</dt><dd>{_text(reply)}</dd>" for said, reply in told["mistakes"]
    )
    commands = "\n".join(_text(command) for command in told["commands"])
    chapter = ""
    if told["chapter"]:
        chapter = f"""<section><h2>{_text(heads["chapter"])}</h2>
<blockquote><p>{_text(told["chapter"])}</p>
<p lang="{told["other"]}">{_text(told["translation"])}</p></blockquote></section>
"""
    return f"""<!DOCTYPE html>
<html lang="{told["lang"]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{_text(told["title"])}</title>
<style>
{_style()}</style>
</head>
<body>
<main>
<header>
<p>{_text(told["about"])}</p>
<h1>{_text(told["title"])}</h1>
<p class="question">{_text(told["question"])}</p>
</header>
<figure><picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">
<img src="{light}" alt="{_text(told["alternative"])}"></picture></figure>
<div class="two">
<section><h2>{_text(heads["aim"])}</h2><p>{_text(told["aim"])}</p></section>
<section><h2>{_text(heads["needs"])}</h2><ul>{needs}</ul></section>
</div>
<section><h2 id="pauses">{_text(heads["pauses"])}</h2>
<div class="wide" role="region" aria-labelledby="pauses" tabindex="0">
<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>
<p class="weak">{_text(told["note"])}</p></section>
<section><h2>{_text(heads["mistakes"])}</h2><dl>{mistakes}</dl></section>
{chapter}<section><h2 id="commands">{_text(heads["commands"])}</h2>
<pre role="region" aria-labelledby="commands" tabindex="0">{commands}</pre></section>
</main>
</body>
</html>
"""


def _style() -> str:
    """Write the style sheet: both themes, and A4 where it is printed."""
    return f"""{_tokens(LIGHT)}@media (prefers-color-scheme: dark) {{ {_tokens(DARK)}}}
body {{ margin: 0; background: var(--background); color: var(--ink); line-height: 1.5;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei",
  sans-serif; }}
main {{ max-width: 50rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }}
header p, .weak {{ color: var(--muted); margin: 0; }}
header .question {{ color: var(--ink); font-size: 1.1rem; }}
h1 {{ font-size: 1.7rem; margin: 0.1em 0; line-height: 1.25; }}
h2 {{ font-size: 1.05rem; margin: 1.2em 0 0.3em; }}
p, ul, dl {{ margin: 0; }}
ul {{ padding-left: 1.2em; }}
figure {{ margin: 1rem 0; }}
img {{ display: block; width: 100%; height: auto; max-height: 24rem; }}
.two {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 0 2rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.3em 0.8em 0.3em 0;
  border-bottom: 1px solid var(--line); font-weight: normal; }}
thead th {{ color: var(--muted); white-space: nowrap; }}
tbody th {{ white-space: nowrap; }}
tbody td:first-child {{ font-variant-numeric: tabular-nums; }}
dt {{ font-weight: 600; }}
dd {{ margin: 0 0 0.5em; }}
blockquote {{ margin: 0; padding-left: 1em; border-left: 3px solid var(--line); }}
blockquote p + p {{ color: var(--muted); }}
pre {{ margin: 0; padding: 0.6em 0.8em; background: var(--surface); overflow-x: auto; }}
:focus-visible {{ outline: 3px solid var(--ink); outline-offset: 2px; }}
@media print {{ @page {{ size: A4; margin: 12mm; }} html {{ font-size: 9.5pt; }}
  main {{ max-width: none; padding: 0; }} h2 {{ margin-top: 0.8em; }} body {{ line-height: 1.4; }}
  figure {{ margin: 0.6rem 0; }}
  img {{ max-height: 60mm; width: auto; max-width: 100%; margin: auto; }} }}
"""


def _tokens(theme: Theme) -> str:
    names = ("background", "surface", "line", "ink", "muted")
    listed = " ".join(f"--{name}: {getattr(theme, name)};" for name in names)
    return f":root {{ color-scheme: {theme.name}; {listed} }}\n"


def _figure(card: Card, look: Look) -> bytes:
    drawn = figures.draw_made(card.lesson.name, _shown(card), look, width=_WIDTH, height=_HEIGHT)
    return _writing.content(drawn, "svg")


def _shown(card: Card) -> Any:
    """Return what the card's figure shows: the lesson itself, unless it has options of its own."""
    name = card.lesson.name
    return card.lesson if figures.options(name) is type(card.lesson) else figures.make(name)


def _data(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _command(arguments: str, lang: str) -> str:
    chinese = lang == "zh" and arguments.split()[0] in _BILINGUAL
    return f"convexplain {arguments}" + (" --lang zh" if chinese else "")


def _text(words: str) -> str:
    return html.escape(words, quote=True)


_KIND = Caption(en="Teacher's card", zh="教学卡")
_ABOUT = Caption(en="{kind}, {name}, {n} s", zh="{kind}，{name}，{n} 秒")
_AIM = Caption(en="Aim", zh="目标")
_NEEDS = Caption(en="Known before", zh="预备知识")
_PAUSES = Caption(en="Where to pause, and what to ask", zh="在哪里暂停，问什么")
_COLUMNS = (
    Caption(en="at", zh="时间"),
    Caption(en="before", zh="在此段之前"),
    Caption(en="ask", zh="提问"),
    Caption(en="listen for", zh="期待的回答"),
)
_MISTAKES = Caption(en="Three wrong answers to expect", zh="三种常见的错误回答")
_QUOTED = Caption(en="“{said}”", zh="“{said}”")
_CHAPTER = Caption(en="The chapter says", zh="教材里这样说")
_COMMANDS = Caption(en="Commands", zh="命令")
_NOTE = Caption(
    en="Times are those of the video with its defaults; each is a chapter mark of the file.",
    zh="时间按默认选项的视频计；每个暂停处在视频里都有章节标记。",
)
