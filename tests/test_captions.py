import pickle

import numpy as np
import pytest

from convexplain.style.captions import Caption

BEST = Caption(en="The largest of {n} is {v}.", zh="{n} 个中最大为 {v}。")


def test_a_filled_caption_reads_in_both_languages():
    caption = BEST.fill(n=676, v="2.35")
    assert caption.text("en") == "The largest of 676 is 2.35."
    assert caption.text("zh") == "676 个中最大为 2.35。"


def test_filling_keeps_template_and_values():
    half = BEST.fill(v="2.35")
    whole = half.fill(n=9)
    assert half.values == {"v": "2.35"}
    assert whole.values == {"v": "2.35", "n": 9}
    assert (whole.en, whole.zh) == (BEST.en, BEST.zh)
    assert BEST.values == {}
    assert whole.fill(n=10).text("en") == "The largest of 10 is 2.35."


def test_fields_are_in_the_order_of_the_english_text():
    assert BEST.fields == ("n", "v")
    assert Caption(en="{a} {b} {a}", zh="{b}{a}").fields == ("a", "b")
    assert Caption(en="none", zh="无").fields == ()


def test_a_value_can_differ_between_languages():
    edge = Caption(en="a falling edge", zh="斜边")
    caption = Caption(en="It looks for {p}.", zh="它寻找{p}。").fill(p=edge)
    assert caption.text("en") == "It looks for a falling edge."
    assert caption.text("zh") == "它寻找斜边。"


@pytest.mark.parametrize(
    ("en", "zh", "message"),
    [
        ("", "有", "says nothing in 'en'"),
        ("text", "  ", "says nothing in 'zh'"),
        ("{a}", "{b}", r"\['a'\] in English and \['b'\] in Chinese"),
        ("{a}", "无", r"\['a'\] in English and \[\] in Chinese"),
        ("{}", "{}", "not a plain name"),
        ("{0}", "{0}", "not a plain name"),
        ("{v:.2f}", "{v:.2f}", "convexplain.style.format"),
        ("{v!r}", "{v!r}", "not a plain name"),
        ("{v.real}", "{v.real}", "not a plain name"),
    ],
)
def test_what_is_not_bilingual_does_not_construct(en, zh, message):
    with pytest.raises(ValueError, match=message):
        Caption(en=en, zh=zh)


def test_an_unfilled_field_is_refused_by_name():
    with pytest.raises(ValueError, match="still lacks n: fill"):
        BEST.fill(v="1").text("zh")
    with pytest.raises(ValueError, match="still lacks n, v"):
        BEST.reading_time()


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(ValueError, match="has no field w: its fields are n, v"):
        BEST.fill(w=1)
    with pytest.raises(ValueError, match="its fields are none"):
        Caption(en="a", zh="一").fill(w=1)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'de' is not a language"):
        BEST.fill(n=1, v="1").text("de")


@pytest.mark.parametrize("value", [0.5, np.float32(1), True, None, [1]])
def test_a_value_without_exact_text_is_refused(value):
    with pytest.raises(TypeError, match=r"give text made by convexplain\.style\.format"):
        BEST.fill(n=value)


def test_integers_of_numpy_become_text_with_a_real_minus_sign():
    caption = BEST.fill(n=np.int64(-3), v="0")
    assert caption.text("en").startswith("The largest of −3 ")
    assert type(caption.values["n"]) is int


def test_doubled_braces_are_braces():
    caption = Caption(en="{{0, 1}}: {v}", zh="{{0, 1}}：{v}").fill(v="1")
    assert caption.text("en") == "{0, 1}: 1"


def test_braces_in_a_value_are_not_fields():
    assert Caption(en="{v}", zh="{v}").fill(v="{n}").text("en") == "{n}"


def test_reading_time_is_that_of_the_slower_language():
    assert Caption(en="x" * 34, zh="一").reading_time() == pytest.approx(2.0)
    assert Caption(en="x", zh="一" * 18).reading_time() == pytest.approx(3.0)
    # Filled text is what is read: 12 characters in Chinese.
    filled = Caption(en="{v}", zh="响应{v}").fill(v="0123456789")
    assert filled.reading_time() == pytest.approx(2.0)


def test_captions_travel_to_workers_and_serve_as_keys():
    caption = BEST.fill(n=1, v=Caption(en="one", zh="一"))
    assert pickle.loads(pickle.dumps(caption)) == caption
    assert len({caption, BEST, BEST.fill(n=1)}) == 3


def test_a_word_in_the_place_of_a_number_leaves_no_hole_in_chinese():
    times = Caption(en="about {n}", zh="约 {n}").fill(n="2,900")
    told = Caption(en="{times} times", zh="是对方的 {times} 倍").fill(times=times)
    assert told.text("zh") == "是对方的约 2,900 倍"
    assert told.text("en") == "about 2,900 times"
