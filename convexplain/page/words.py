"""What the page says beside its controls' names: terms, what is done to a picture, the slides."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from convexplain.data import ink
from convexplain.style import terms
from convexplain.style.captions import Caption

WORDS: Mapping[str, Caption] = MappingProxyType(
    {
        # Terms that other views print, too.
        "input": terms.INPUT,
        "answer": terms.ANSWER.capital,
        "filter": terms.FILTER,
        "mapName": terms.MAP_OF,
        "denseNetwork": terms.DENSE_NETWORK.capital,
        "kernel": terms.KERNEL.capital,
        "products": terms.PRODUCTS.capital,
        "bias": terms.BIAS,
        "beforeNothing": terms.VALUE,
        "channel": terms.CHANNEL,
        "otherChannels": terms.OTHER_CHANNELS,
        "padding": terms.PADDING,
        "sum": terms.SUM,
        "unitName": terms.UNIT,
        "probability": terms.PROBABILITY,
        # What was done to a picture, as convexplain.data.ink says it.
        "pictureInverted": Caption(
            en="inverted: the ink is dark, the paper light", zh="反色：原来纸浅墨深"
        ),
        "pictureSpecks": Caption(en="small specks left out", zh="去掉小斑点"),
        "pictureSheet": Caption(
            en="cut to the sheet of paper and straightened", zh="裁出纸张并校正透视"
        ),
        "pictureLines": Caption(en="printed lines left out", zh="去掉印刷的横线或方格"),
        "pictureFrame": Caption(
            en="left out what reaches the picture's frame", zh="去掉碰到图片边缘的部分"
        ),
        "pictureAround": Caption(
            en="left out what is drawn around or under the digit", zh="去掉画在数字周围或下面的线"
        ),
        "pictureOthers": Caption(en="other marks left out", zh="去掉其他笔迹"),
        "picturePrepared": Caption(
            en="already as MNIST stores digits: neither scaled nor moved",
            zh="已符合 MNIST 的格式：没有缩放，也没有移动",
        ),
        "pictureCut": Caption(
            en="cut to the ink: rows {top}–{bottom}, columns {left}–{right}",
            zh="裁到笔画：行 {top}–{bottom}、列 {left}–{right}",
        ),
        "pictureScaled": Caption(
            en="scaled to {size}, to fit 20 × 20", zh="缩放到 {size}，放进 20 × 20"
        ),
        "pictureCentred": Caption(en="centred by mass in 28 × 28", zh="按质心居中，放进 28 × 28"),
        "pictureScaledDown": Caption(
            en="scaled down from {from} to {to}", zh="由 {from} 缩小到 {to}"
        ),
        "pictureCentre": Caption(
            en="Scale and centre it as MNIST does", zh="按 MNIST 的方式缩放并居中"
        ),
        # Why a picture cannot be read.
        "pictureUnread": Caption(
            en="This is no picture that the browser can read: save it as PNG or JPEG.",
            zh="读不了这张图片：请另存为 PNG 或 JPEG。",
        ),
        "pictureHeic": Caption(
            en="This is HEIC, a telephone's format: share or export the picture as JPEG.",
            zh="这是手机的 HEIC 格式：请把图片分享或导出为 JPEG。",
        ),
        "pictureTooLarge": Caption(
            en="This picture has more than 50 million pixels: scale it down.",
            zh="这张图片超过 5000 万像素：请先缩小。",
        ),
        "pictureNoInk": Caption(
            en="No ink found: a digit must stand out from the paper around it.",
            zh="没有找到笔画：手写数字要和周围的纸面有明显反差。",
        ),
        # What may be wrong with what was read.
        **ink.DOUBTS,
        # Slides.
        "slides": Caption(en="Slides: {title}", zh="幻灯片：{title}"),
        "slidesHint": Caption(
            en="Space goes on, left goes back, Esc explores the network.",
            zh="空格键继续，左方向键返回，Esc 键进入探索。",
        ),
        "slidesChapter": Caption(en="{n} of {count}: {title}", zh="{n}/{count}：{title}"),
        "slidesOn": Caption(en="Go on", zh="继续"),
        "slidesBack": Caption(en="Go back", zh="返回"),
        "slidesLeave": Caption(en="Explore the network", zh="探索网络"),
        "slidesOpen": Caption(en="Slides", zh="幻灯片"),
    }
)
"""Templates by the key that ``say`` in ``words.js`` takes."""
