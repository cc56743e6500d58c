import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convexplain.lessons import Beat, Event
from convexplain.style.captions import Caption
from convexplain.video import subtitles

CUES = [(0.0, 2.5, "Sliding window"), (2.5, 3661.0625, "滑动窗口"), (3662, 3663.9996, "end")]


def test_srt_is_numbered_and_has_comma_milliseconds():
    assert subtitles.srt(CUES) == (
        "1\n00:00:00,000 --> 00:00:02,500\nSliding window\n\n"
        "2\n00:00:02,500 --> 01:01:01,062\n滑动窗口\n\n"
        "3\n01:01:02,000 --> 01:01:04,000\nend\n\n"
    )


def test_vtt_has_its_signature_and_point_milliseconds():
    assert subtitles.vtt(CUES) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:02.500\nSliding window\n\n"
        "00:00:02.500 --> 01:01:01.062\n滑动窗口\n\n"
        "01:01:02.000 --> 01:01:04.000\nend\n"
    )


def test_vtt_escapes_markup_and_arrows_but_srt_has_none():
    cue = [(0, 1, "a < b & c --> <i>d</i>")]
    assert subtitles.vtt(cue).splitlines()[-1] == ("a &lt; b &amp; c --&gt; &lt;i&gt;d&lt;/i&gt;")
    assert subtitles.srt(cue).splitlines()[2] == "a < b & c --> <i>d</i>"


def test_blank_lines_do_not_end_a_cue():
    cue = [(0, 1, "one\r\n\r\n  two \n\n")]
    assert subtitles.srt(cue) == "1\n00:00:00,000 --> 00:00:01,000\none\ntwo\n\n"
    assert subtitles.vtt(cue).endswith("\none\ntwo\n")


def test_no_cues_are_an_empty_file():
    assert subtitles.srt([]) == ""
    assert subtitles.vtt([]) == "WEBVTT\n"


def test_a_hundred_hours_are_written_in_full():
    assert "100:00:00,000 -->" in subtitles.srt([(360000, 360001, "late")])


@pytest.mark.parametrize("write", [subtitles.srt, subtitles.vtt])
@pytest.mark.parametrize(
    ("cues", "message"),
    [
        ([(0, 2, "a"), (1.9, 3, "b")], r"'b' begins at 1\.9 s, before the one before it ends"),
        ([(5, 6, "a"), (0, 1, "b")], "'b' begins at 0 s"),
        ([(-1, 2, "a")], "before the video"),
        ([(2, 2, "a")], "must last at least 1 ms"),
        ([(2, 1, "a")], "must last at least 1 ms"),
        ([(0, 0.0001, "a")], "must last at least 1 ms"),
        ([(0, float("nan"), "a")], "finite seconds"),
        ([(0, float("inf"), "a")], "finite seconds"),
        ([(0, 1, " \n ")], "says nothing"),
    ],
)
def test_cues_that_a_player_could_not_show_are_refused(write, cues, message):
    with pytest.raises(ValueError, match=message):
        write(cues)


def test_consecutive_texts_lie_end_to_end():
    cues = subtitles.consecutive([(2.0, "one"), (1.5, "two"), (1.0, " "), (3.0, "three")], start=10)
    assert cues == ((10, 12, "one"), (12, 13.5, "two"), (14.5, 17.5, "three"))


@given(st.lists(st.floats(0.002, 30), min_size=1, max_size=60))
def test_consecutive_cues_neither_overlap_nor_drift(durations):
    text = subtitles.srt(subtitles.consecutive((s, f"cue {s}") for s in durations))
    times = [
        ((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms)
        for h, m, s, ms in re.findall(r"(\d\d):(\d\d):(\d\d),(\d{3})", text)
    ]
    assert times[0] == 0
    assert times[1:-1:2] == times[2::2]
    assert all(a < b for a, b in zip(times[::2], times[1::2], strict=True))
    assert abs(times[-1] - 1000 * sum(durations)) <= 0.5 + 1e-6


TITLE = Caption(en="Sum", zh="求和")


class Short:
    def beats(self):
        first = Caption(en="Nine products: {v}.", zh="九个乘积：{v}。").fill(v="0.64")
        return (
            Beat.of("first", TITLE, Event("first", 2.0, first)),
            Beat.of("second", TITLE, Event("second", 1.25, Caption(en="x > 0", zh="x 大于 0"))),
        )


def test_a_lesson_is_written_in_either_language():
    assert subtitles.cues_of(Short(), "zh", start=1) == (
        (1, 3, "九个乘积：0.64。"),
        (3, 4.25, "x 大于 0"),
    )


def test_a_player_reads_chinese_subtitles_whatever_the_system(tmp_path):
    """FFmpeg, which many players read files with, takes the mark of UTF-8 for no character."""
    cues = subtitles.cues_of(Short(), "zh")
    encoded = {ending: subtitles.encode(ending, cues) for ending in (".srt", ".vtt")}
    assert encoded[".srt"].startswith(b"\xef\xbb\xbf1\n00:00:00,000 --> 00:00:02,000\n\xe4\xb9\x9d")
    assert encoded[".vtt"].startswith(b"WEBVTT\n")
    av = pytest.importorskip("av")
    for ending, content in encoded.items():
        path = tmp_path / f"lesson{ending}"
        path.write_bytes(content)
        with av.open(str(path)) as container:
            texts = [bytes(packet).decode() for packet in container.demux() if packet.size]
        assert texts == [cue.text for cue in cues]


def test_youtube_chapters_are_one_line_each():
    chapters = [(0, "Opening"), (12.9, "Sliding\nwindow"), (65, "Channels"), (3605, "Summary")]
    assert subtitles.youtube(chapters, 3700) == (
        "0:00 Opening\n0:12 Sliding window\n1:05 Channels\n1:00:05 Summary\n"
    )


@pytest.mark.parametrize(
    ("starts", "kept"),
    [
        ((0, 20, 25, 50), ["0:00 0", "0:25 2", "0:50 3"]),  # 20 to 25 joins the first
        ((0, 5, 60), ["0:00 0", "1:00 2"]),  # a short first one is joined by the next
        ((0, 30, 95), ["0:00 0", "0:30 1"]),  # the last would have 5 s
        ((0, 10, 20), ["0:00 0", "0:10 1", "0:20 2"]),
        ((0, 10.9, 20.1), ["0:00 0", "0:10 1", "0:20 2"]),  # whole seconds are what counts
    ],
)
def test_chapters_too_short_for_youtube_join_the_one_before(starts, kept):
    chapters = [(start, str(number)) for number, start in enumerate(starts)]
    assert subtitles.youtube(chapters, 100).splitlines() == kept


@pytest.mark.parametrize(
    ("chapters", "message"),
    [
        ([], "chapters at no time"),
        ([(1, "a"), (20, "b")], "let the first start at 0"),
        ([(0, "a"), (30, "b"), (30, "c")], "ascend within the video"),
        ([(0, "a"), (100, "b")], "ascend within the video"),
        ([(0, "a"), (20, " ")], "at 20 s has no title"),
        ([(0, "a"), (float("nan"), "b")], "ascend within the video"),
    ],
)
def test_a_chapter_list_that_youtube_could_not_read_is_refused(chapters, message):
    with pytest.raises(ValueError, match=message):
        subtitles.youtube(chapters, 100)
