"""Headings of a card."""

from __future__ import annotations

from convexplain.style.captions import Caption

KIND = Caption(en="Teacher's card", zh="教学卡")
ABOUT = Caption(en="{kind}, {name}, {n} s", zh="{kind}，{name}，{n} 秒")
AIM = Caption(en="Aim", zh="目标")
NEEDS = Caption(en="Known before", zh="预备知识")
PAUSES = Caption(en="Where to pause, and what to ask", zh="在哪里暂停，问什么")
COLUMNS = (
    Caption(en="at", zh="时间"),
    Caption(en="before", zh="在此段之前"),
    Caption(en="ask", zh="提问"),
    Caption(en="listen for", zh="期待的回答"),
)
MISTAKES = Caption(en="Three wrong answers to expect", zh="三种常见的错误回答")
QUOTED = Caption(en="“{said}”", zh="“{said}”")
CHAPTER = Caption(en="The chapter says", zh="教材里这样说")
COMMANDS = Caption(en="Commands", zh="命令")
NOTE = Caption(
    en="Times are those of the video with its defaults; each is a chapter mark of the file.",
    zh="时间以默认选项的视频为准；每处都是视频文件里的章节标记。",
)
