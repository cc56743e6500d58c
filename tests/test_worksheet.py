from __future__ import annotations

import io
import itertools
import json
import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from convexplain.cli import cli
from convexplain.data import digits
from convexplain.data.pictures import Picture
from convexplain.errors import ConvexplainError, UsageError
from convexplain.network import (
    Add,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    MaxPooling2D,
    Network,
    Trace,
)
from convexplain.paper import typesetting, worksheet
from convexplain.paper.worksheet import Exercise, Worksheet, _labels
from tests.often import covering

SEEDS = range(4)
KINDS = [kind for kinds in worksheet.KINDS.values() for kind in kinds]
PICTURE = digits.sample(104)
PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


@cache
def exercises(kind: str) -> list[tuple[Worksheet, Exercise, dict[str, Any]]]:
    """Exercises of a kind from several sheets, each as its template gets it."""
    (level,) = (level for level, kinds in worksheet.KINDS.items() if kind in kinds)
    found = []
    for seed in SEEDS:
        sheet = worksheet.make(PICTURE, Network.load("cnn"), count=12, seed=seed, level=level)
        document = sheet.document("en")
        found += [
            (sheet, exercise, shown)
            for exercise, shown in zip(sheet.exercises, document["exercises"], strict=True)
            if exercise.kind == kind
        ]
    assert len(found) >= len(SEEDS)
    return found


def decimal(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", ""))


def rounded(value: float, places: int) -> Decimal:
    """School rounding, independent of the project's own."""
    return Decimal(float(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def place(shown: dict[str, Any]) -> tuple[str, int, int, int]:
    """Layer, map, row and column, as the link has them."""
    found = re.fullmatch(r"#d=5&i=4&l=(\w+)&m=(\d+)&c=(\d+),(\d+)", shown["link"])
    assert found
    return found[1], int(found[2]), int(found[3]), int(found[4])


def blanks(shown: dict[str, Any]) -> list[str]:
    """What belongs into the blanks of all lines, in order."""
    lines = [block for block in shown["blocks"] if block["kind"] == "line"]
    return [part["blank"] for line in lines for part in line["parts"] if "blank" in part]


def grids(shown: dict[str, Any]) -> list[list[list[str]]]:
    rows = [block for block in shown["blocks"] if block["kind"] == "row"]
    return [part["cells"] for row in rows for part in row["parts"] if "cells" in part]


def said(shown: dict[str, Any], pattern: str) -> Decimal:
    """A number that the exercise states in words."""
    text = json.dumps(shown, ensure_ascii=False)
    (found,) = set(re.findall(pattern + r"\(?(−?[\d.]+)", text))
    return decimal(found)


def by_hand(shown: dict[str, Any]) -> tuple[list[list[Decimal]], Decimal, Decimal, Decimal]:
    """Products, sum, z and output from the printed numbers alone, in loops."""
    patch, kernel = grids(shown)[:2]
    products = [[decimal(patch[i][j]) * decimal(kernel[i][j]) for j in range(3)] for i in range(3)]
    total = sum((products[i][j] for i in range(3) for j in range(3)), Decimal(0))
    z = total + said(shown, "bias ")
    return products, total, z, max(z, Decimal(0))


def naive(layer: str, filter: int, row: int, col: int) -> float:
    """The network's own number before ReLU, in loops over Python floats."""
    network = Network.load("cnn")
    x = PICTURE.pixels
    if layer == "conv2":
        x = Trace(network, x).activations["pool1"]
    weights = network.weights_of(layer)
    total = float(weights["bias"][filter])
    for i, j, c in itertools.product(range(3), range(3), range(x.shape[2])):
        total += float(x[row + i, col + j, c]) * float(weights["kernel"][i, j, c, filter])
    return total


@pytest.mark.parametrize("kind", ["multiply", "negative", "blank"])
def test_the_key_of_a_window_is_what_the_printed_numbers_give(kind: str) -> None:
    for _, _, shown in exercises(kind):
        products, total, z, out = by_hand(shown)
        answers = [decimal(text) for text in blanks(shown) if text != "negative"]
        if kind == "blank":
            assert answers == [z, out]
            assert not total
        else:
            assert answers == [total, z, out]
            key = grids(shown)[2]
            assert [[decimal(text) for text in row] for row in key] == products
        assert (z < 0) == (kind == "negative") or kind == "blank"


@pytest.mark.parametrize("kind", ["multiply", "choose", "negative", "blank", "slip"])
def test_the_printed_numbers_of_a_window_are_the_pictures_and_the_networks(kind: str) -> None:
    for _, _, shown in exercises(kind):
        layer, filter, row, col = place(shown)
        assert layer == "conv1"
        assert f"conv1, filter {filter}, row {row}, column {col}" == shown["about"]
        weights = Network.load("cnn").weights_of("conv1")
        patch, kernel = grids(shown)[:2]
        for i, j in np.ndindex(3, 3):
            assert decimal(patch[i][j]) == rounded(PICTURE.pixels[row + i, col + j, 0], 1)
            assert decimal(kernel[i][j]) == rounded(weights["kernel"][i, j, 0, filter], 2)
        assert said(shown, "bias ") == rounded(weights["bias"][filter], 2)
        *_, z, _ = by_hand(shown)
        assert abs(float(z) - naive("conv1", filter, row, col)) < 0.025


@pytest.mark.parametrize("kind", ["multiply", "negative", "blank", "channels"])
def test_beside_the_key_stands_the_networks_own_number(kind: str) -> None:
    for _, _, shown in exercises(kind):
        value = max(naive(*place(shown)), 0.0)
        assert said(shown, r"network: ") == rounded(value, 2)


def wrong_ways(shown: dict[str, Any]) -> dict[str, Decimal]:
    """Each slip's number from the printed ones, in loops."""
    products, total, z, _ = by_hand(shown)
    patch, kernel = grids(shown)[:2]
    matrix = sum(
        (
            decimal(patch[i][k]) * decimal(kernel[k][j])
            for i, j, k in itertools.product(range(3), repeat=3)
        ),
        Decimal(0),
    )
    bias, signless = z - total, sum((abs(p) for row in products for p in row), Decimal(0))
    return {
        "took the matrix product, then added up": matrix + bias,
        "forgot the bias": total,
        "forgot ReLU": z,
        "lost the minus signs": signless + bias,
    }


def through(slip: str, value: Decimal) -> Decimal:
    return value if slip == "forgot ReLU" else max(value, Decimal(0))


def test_choices_come_of_slips_and_one_is_right() -> None:
    for _, _, shown in exercises("choose"):
        (block,) = (block for block in shown["blocks"] if block["kind"] == "choices")
        values = [decimal(option) for option in block["options"]]
        assert values == sorted(set(values))
        assert len(values) >= 3
        assert values[block["right"]] == by_hand(shown)[3]
        ways = wrong_ways(shown)
        for n, (value, note) in enumerate(zip(values, block["notes"], strict=True)):
            assert (note == "") == (n == block["right"])
            if note:
                assert value == through(note, ways[note])


def test_a_wrong_number_has_one_slip_among_the_choices() -> None:
    for _, _, shown in exercises("slip"):
        (block,) = (block for block in shown["blocks"] if block["kind"] == "choices")
        ways = wrong_ways(shown)
        wrong = said({"prompt": shown["prompt"]}, "finds ")
        fits = [slip for slip in block["options"] if through(slip, ways[slip]) == wrong]
        assert fits == [block["options"][block["right"]]]
        right = by_hand(shown)[3]
        assert wrong != right
        assert block["notes"][block["right"]].startswith(f"Right: {right:.3f}".replace("-", "−"))


def pool_cells(shown: dict[str, Any], side: int) -> list[list[Decimal]]:
    """What the pooling reads, printed; from the activations of conv1."""
    layer, channel, row, col = place(shown)
    assert layer == "pool1"
    conv1 = Trace(Network.load("cnn"), PICTURE.pixels).activations["conv1"]
    return [
        [rounded(conv1[2 * row + i, 2 * col + j, channel], 2) for j in range(side)]
        for i in range(side)
    ]


def test_pooling_reads_four_windows_and_each_has_one_largest_number() -> None:
    for _, _, shown in exercises("pool"):
        before, after = grids(shown)
        cells = pool_cells(shown, 4)
        assert [[decimal(text) for text in row] for row in before] == cells
        part = next(p for p in shown["blocks"][0]["parts"] if p != "→" and p["circled"])
        for i, j in np.ndindex(2, 2):
            four = {(2 * i + a, 2 * j + b) for a in (0, 1) for b in (0, 1)}
            best = max(cells[r][c] for r, c in four)
            assert decimal(after[i][j]) == best
            winners = [[r, c] for r, c in sorted(four) if cells[r][c] == best]
            assert winners == [cell for cell in part["circled"] if tuple(cell) in four]


def test_one_pooled_window_offers_largest_mean_and_sum() -> None:
    for _, _, shown in exercises("pick"):
        cells = [value for row in pool_cells(shown, 2) for value in row]
        (block,) = (block for block in shown["blocks"] if block["kind"] == "choices")
        by_note = dict(zip(block["notes"], map(decimal, block["options"]), strict=True))
        assert by_note[""] == max(cells)
        assert by_note["took the average"] == pytest.approx(sum(cells) / 4, abs=Decimal("0.0006"))
        assert by_note["added the numbers"] == sum(cells)


def test_channel_sums_are_those_of_the_network_and_add_up_as_printed() -> None:
    network = Network.load("cnn")
    pool1 = Trace(network, PICTURE.pixels).activations["pool1"]
    for _, _, shown in exercises("channels"):
        layer, filter, row, col = place(shown)
        kernel = network.weights_of(layer)["kernel"][..., filter]
        sums = [
            sum(
                float(pool1[row + i, col + j, c]) * float(kernel[i, j, c])
                for i, j in np.ndindex(3, 3)
            )
            for c in range(32)
        ]
        (part,) = shown["blocks"][0]["parts"]
        named = [int(head.split()[1]) for head in part["heads"][:-1]]
        assert sorted(named, key=lambda c: -abs(sums[c])) == named
        assert min(abs(sums[c]) for c in named) >= max(
            abs(value) for c, value in enumerate(sums) if c not in named
        )
        rest = sum(value for c, value in enumerate(sums) if c not in named)
        printed = [rounded(sums[c], 2) for c in named] + [rounded(rest, 2)]
        assert [decimal(text) for text in part["cells"][0]] == printed
        z = sum(printed, said(shown, "bias "))
        assert [decimal(text) for text in blanks(shown)] == [sum(printed), z, max(z, 0), 288]


def test_sizes_are_those_of_the_activations() -> None:
    activations = Trace(Network.load("cnn"), PICTURE.pixels).activations
    for _, exercise, shown in exercises("sizes"):
        names = ["conv1", "pool1", "conv2", "pool2", "conv3"]
        height_and_width = [activations[name].shape[:2] for name in names]
        assert exercise.answers == {
            name: f"{h} × {w}" for name, (h, w) in zip(names, height_and_width, strict=True)
        } | {"does": exercise.answers["does"]}
        assert blanks(shown) == ["leaves it out"]


def reach(layer: str, row: int, col: int) -> tuple[set[int], set[int]]:
    """Rows and columns of the picture on which a cell depends, followed back cell by cell."""
    rows, cols = {row}, {col}
    chain = ["conv1", "pool1", "conv2", "pool2", "conv3"]
    for name in reversed(chain[: chain.index(layer) + 1]):
        step, size = (1, 3) if name.startswith("conv") else (2, 2)
        rows = {r * step + i for r in rows for i in range(size)}
        cols = {c * step + i for c in cols for i in range(size)}
    return rows, cols


def test_a_receptive_field_is_what_a_cell_depends_on() -> None:
    for _, _, shown in exercises("field"):
        layer, _, row, col = place(shown)
        rows, cols = reach(layer, row, col)
        expected = [len(rows), len(cols), min(rows), max(rows), min(cols), max(cols)]
        assert [int(text) for text in blanks(shown)] == expected


def test_an_output_is_as_large_as_there_are_places_for_the_window() -> None:
    for _, exercise, shown in exercises("geometry"):
        given = "".join(shown["blocks"][0]["parts"])
        size, k, padding, stride, dilation = (
            int(re.search(pattern, given)[1])  # type: ignore[index]
            for pattern in (
                r"Input (\d+)",
                r"window (\d+)",
                r"padding (\d+)",
                r"stride (\d+)",
                r"dilation (\d+)",
            )
        )
        starts = range(-padding, size + padding, stride)
        fits = [s for s in starts if s + dilation * (k - 1) <= size + padding - 1]
        assert blanks(shown) == [str(len(fits))] * 2
        assert exercise.source


def test_parameters_are_the_numbers_of_the_weight_arrays(cnn: Network) -> None:
    for _, _, shown in exercises("parameters"):
        layer = shown["prompt"].split(":")[0]
        count = sum(array.size for name, array in cnn.weights.items() if name.startswith(layer))
        (block,) = shown["blocks"]
        assert decimal(block["options"][block["right"]]) == count
        assert len({decimal(option) for option in block["options"]}) == len(block["options"]) >= 3


def test_the_work_of_a_layer_is_counted_product_by_product() -> None:
    for _, _, shown in exercises("work"):
        given = "".join(shown["blocks"][0]["parts"])
        found = re.search(r"(\d+) filters, window (\d+)", given)
        assert found is not None
        filters, k = int(found[1]), int(found[2])
        places = sum(1 for top in range(28) for left in range(28) if max(top, left) + k <= 28)
        side = sum(1 for top in range(28) if top + k <= 28)
        assert [decimal(text) for text in blanks(shown)] == [
            side, side, k * k, places * k * k * filters,
        ]  # fmt: skip


def test_stamps_add_up_as_a_loop_adds_them() -> None:
    pool1 = Trace(Network.load("cnn"), PICTURE.pixels).activations["pool1"]
    for _, _, shown in exercises("stamp"):
        layer, channel, row, col = place(shown)
        assert layer == "pool1"
        four, painted = grids(shown)
        expected = [[Decimal(0)] * 5 for _ in range(5)]
        counts = [[0] * 5 for _ in range(5)]
        for r, c in np.ndindex(2, 2):
            value = decimal(four[r][c])
            assert value == rounded(pool1[row + r, col + c, channel], 2)
            for i, j in np.ndindex(3, 3):
                expected[2 * r + i][2 * c + j] += value
                counts[2 * r + i][2 * c + j] += 1
        assert [[decimal(text) for text in line] for line in painted] == expected
        ones = sum(line.count(1) for line in counts)
        assert [decimal(text) for text in blanks(shown)][-2:] == [counts[2][2], ones]


def test_a_strip_is_the_difference_of_its_pixels() -> None:
    for _, exercise, shown in exercises("strip"):
        row, col = exercise.source
        pixels = [rounded(value, 1) for value in PICTURE.pixels[row, col : col + 8].ravel()]
        read, weights, sums = grids(shown)
        assert [decimal(text) for text in read[0]] == pixels
        assert [decimal(text) for text in weights[0]] == [-1, 0, 1]
        differences = [b - a for a, b in zip(pixels, pixels[2:], strict=False)]
        assert [decimal(text) for text in sums[0]] == differences
        assert [decimal(text) for text in blanks(shown)][-2:] == pixels[:2]


def test_a_mixture_adds_the_channels_of_each_place() -> None:
    pool1 = Trace(Network.load("cnn"), PICTURE.pixels).activations["pool1"]
    for _, _, shown in exercises("mix"):
        layer, channel, row, col = place(shown)
        assert layer == "pool1"
        *read, filters, first, second = grids(shown)
        for n, i, j in np.ndindex(3, 2, 2):
            assert decimal(read[n][i][j]) == rounded(pool1[row + i, col + j, channel + n], 2)
        for weights, sums in zip(filters, (first, second), strict=True):
            for i, j in np.ndindex(2, 2):
                products = (decimal(w) * decimal(read[n][i][j]) for n, w in enumerate(weights))
                assert decimal(sums[i][j]) == sum(products, Decimal(0))
        assert [decimal(text) for text in blanks(shown)] == [3, 27]


def test_a_separable_layer_is_counted_as_networks_count_it() -> None:
    for _, exercise, shown in exercises("separable"):
        k, channels, filters, side = exercise.source
        given = "".join(shown["blocks"][0]["parts"])
        assert f"Input {side} × {side}, depth {channels}; {filters} filters, window {k}" in given
        networks = [
            Network.initialised(
                [*layers, Flatten("f"), Dense("d", 2)], input_shape=(side, side, channels)
            )
            for layers in (
                [Conv2D("a", filters, (k, k))],
                [DepthwiseConv2D("a", (k, k)), Conv2D("b", filters, (1, 1))],
            )
        ]
        kernels = [
            [w.size for name, w in net.weights.items() if name in ("a/kernel", "b/kernel")]
            for net in networks
        ]
        work = [
            sum(n.multiplications(net.input_of(n.name)) for n in net.layers if n.name in "ab")
            for net in networks
        ]
        wanted = [*kernels[0], *kernels[1], sum(kernels[1]), *work]
        assert [decimal(text) for text in blanks(shown)] == wanted


def test_a_normalization_by_hand_comes_near_the_network_s_both_ways() -> None:
    net = Network.load("blocks")
    weights = net.weights_of("norm1")
    for _, exercise, shown in exercises("normalize"):
        _, channel, row, col = exercise.source
        kernel = net.weights["conv1/kernel"][:, :, 0, channel].astype(float)
        z = float((PICTURE.pixels[row : row + 3, col : col + 3, 0] * kernel).sum())
        gamma, beta, mean, variance = (float(weights[part][channel]) for part in PARTS)
        spread = (variance + 0.001) ** 0.5
        ((m, s, g, b),) = grids(shown)[0]
        real = zip((m, s, g, b), (mean, spread, gamma, beta), strict=True)
        assert all(decimal(text) == rounded(value, 2) for text, value in real)
        start = decimal(shown["blocks"][1]["parts"][0].split()[0])
        assert start == rounded(z, 2)
        centred = start - decimal(m)
        normal = rounded(centred / decimal(s), 2)
        scaled = rounded(normal * decimal(g), 2)
        factor = rounded(decimal(g) / decimal(s), 2)
        shift = rounded(decimal(b) - decimal(m) * factor, 2)
        wanted = [centred, normal, scaled, scaled + decimal(b), factor, shift]
        wanted.append(rounded(start * factor + shift, 2))
        assert [decimal(text) for text in blanks(shown)] == wanted
        value = (z - mean) / spread * gamma + beta
        assert wanted[3] == said(shown, "network: ") == rounded(value, 2)
        assert abs(float(wanted[-1]) - value) < 0.025


def test_what_goes_on_is_what_came_in_and_the_change() -> None:
    maps = Trace(Network.load("blocks"), PICTURE.pixels).activations
    for _, exercise, shown in exercises("add"):
        _, channel, row, col = exercise.source
        came, change, total = grids(shown)
        for i, j in np.ndindex(2, 2):
            at = (row + i, col + j, channel)
            assert decimal(came[i][j]) == rounded(maps["pool1"][at], 2)
            assert decimal(change[i][j]) == rounded(maps["norm3"][at], 2)
            assert decimal(total[i][j]) == decimal(came[i][j]) + decimal(change[i][j])
        assert blanks(shown) == ["13 × 13 × 16", "0", came[0][0]]


def test_every_kind_is_tested_here() -> None:
    assert set(KINDS) == {
        *("multiply", "choose", "negative", "blank", "pool", "pick"),
        *("channels", "sizes", "field", "geometry", "parameters", "slip", "work"),
        *("stamp", "strip", "mix", "separable", "normalize", "add"),
    }


def test_both_languages_have_the_same_numbers(cnn: Network) -> None:
    sheet = worksheet.make(PICTURE, cnn, count=14)
    english, chinese = (sheet.document(lang)["exercises"] for lang in ("en", "zh"))
    assert re.search("[\u4e00-\u9fff]", json.dumps(english, ensure_ascii=False)) is None
    for one, other in zip(english, chinese, strict=True):
        assert grids(one) == grids(other)
        assert [decimal(t) for t in blanks(one) if t[-1].isdecimal()] == [
            decimal(t) for t in blanks(other) if t[-1].isdecimal()
        ]
        assert one["link"] == other["link"]


def test_a_seed_gives_the_same_sheet_in_every_process(cnn: Network) -> None:
    code = (
        "import hashlib, sys\n"
        "from convexplain import digits, worksheet\n"
        "from convexplain.network import Network\n"
        "sheet = worksheet.make(digits.sample(104), Network.load('cnn'), seed=3)\n"
        "sys.stdout.write(hashlib.sha256(sheet.pdf('zh')).hexdigest())\n"
    )
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": hash_seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed, zone in (("0", "UTC"), ("7", "Asia/Shanghai"))
    }
    assert len(found) == 1


def test_another_seed_gives_the_same_kinds_with_other_numbers(cnn: Network) -> None:
    one, other = (worksheet.make(PICTURE, cnn, seed=seed) for seed in (0, 1))
    assert [e.kind for e in one.exercises] == [e.kind for e in other.exercises]
    assert one.exercises[0].answers != other.exercises[0].answers


@pytest.mark.parametrize("level", worksheet.KINDS)
def test_a_level_holds_its_own_kinds_alone(cnn: Network, level: int) -> None:
    sheet = worksheet.make(PICTURE, cnn, level=level, count=6)
    assert {exercise.kind for exercise in sheet.exercises} <= set(worksheet.KINDS[level])


def test_no_exercise_stands_twice_on_a_long_sheet(cnn: Network) -> None:
    sheet = worksheet.make(PICTURE, cnn, count=worksheet.MOST)
    shown = [json.dumps(each) for each in sheet.document("en")["exercises"]]
    assert len(set(shown)) == worksheet.MOST


def pictures(sheet: Worksheet, lang: str) -> list[Any]:
    """The pages as pixels: A4, black and white, with the margin that printers leave blank."""
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    pages = typesetting.pages("worksheet", sheet.document(lang))
    found = [np.asarray(Image.open(io.BytesIO(page)).convert("RGB")).astype(int) for page in pages]
    for page in found:
        assert page.shape == (1123, 794, 3)  # A4 at 96 pixels an inch
        assert (page.max(axis=2) == page.min(axis=2)).all()
        margin = 30  # 8 mm
        outside = page.copy()
        outside[margin:-margin, margin:-margin] = 255
        assert (outside == 255).all()
        assert (page < 100).any()
    return found


@pytest.mark.parametrize(("lang", "seed"), covering(["en", "zh"], SEEDS))
def test_the_default_sheet_is_two_black_and_white_pages(cnn: Network, lang: str, seed: int) -> None:
    assert len(pictures(worksheet.make(PICTURE, cnn, seed=seed), lang)) == 2


def other_answers(part: Any) -> Any:
    """A part of a sheet with other answers: what stands after a sign, in blanks, and circled."""
    if isinstance(part, list):
        after = False
        found = []
        for each in part:
            changed = other_answers(each)
            if after and isinstance(each, dict) and "cells" in each:
                changed["cells"] = [[digits_turned(text) for text in row] for row in each["cells"]]
            after = after or each in ("=", "→")
            found.append(changed)
        return found
    if isinstance(part, dict):
        changed = {name: other_answers(value) for name, value in part.items()}
        if "blank" in part:
            changed["blank"] = digits_turned(part["blank"])
        if part.get("circled"):
            changed["circled"] = [[0, 0]]
        return changed
    return part


def digits_turned(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "9876543210"))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("level", worksheet.KINDS)
def test_an_exercise_sheet_tells_no_answer(cnn: Network, level: int, lang: str) -> None:
    """With other answers the exercises look the same to the pixel, and the key does not."""
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    document = worksheet.make(PICTURE, cnn, count=4, level=level).document(lang)
    changed = {**document, "exercises": other_answers(document["exercises"])}
    one, other = (typesetting.pages("worksheet", each) for each in (document, changed))
    half = len(one) // 2
    assert one[:half] == other[:half]
    assert one[half:] != other[half:]


def test_each_page_names_the_links_of_its_own_exercises(cnn: Network) -> None:
    assert len(pictures(worksheet.make(PICTURE, cnn, count=14), "zh")) >= 4


def test_a_pdf_bears_no_date(cnn: Network) -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    written = worksheet.make(PICTURE, cnn, count=2).pdf()
    assert written.startswith(b"%PDF")
    assert not re.search(rb"CreationDate|ModDate|CreateDate|ModifyDate", written)


def test_an_own_picture_links_to_the_one_that_the_page_opens_with(cnn: Network) -> None:
    pixels = np.roll(PICTURE.pixels, 1, axis=1)
    sheet = worksheet.make(Picture(pixels, None, "mine.png"), cnn, count=1)
    (shown,) = sheet.document("en")["exercises"]
    assert re.fullmatch(r"#d=own&l=conv1&m=\d+&c=\d+,\d+", shown["link"])
    assert "of one picture and" in sheet.document("en")["intro"]


def test_another_network_with_larger_windows_gives_exercises_too() -> None:
    layers = (
        Conv2D("edges", filters=4, kernel_size=5),
        MaxPooling2D("smaller"),
        Flatten("flatten"),
        Dense("dense", units=10, activation="softmax"),
    )
    network = Network.initialised(layers, seed=1)
    sheet = worksheet.make(PICTURE, network, level=1, count=2)
    first = sheet.exercises[0].source
    total = sum(
        float(PICTURE.pixels[first.row + i, first.col + j, 0])
        * float(network.weights["edges/kernel"][i, j, 0, first.filter])
        for i, j in np.ndindex(5, 5)
    )
    assert first.value == pytest.approx(total, abs=1e-5)
    for page in pictures(sheet, "en"):
        assert (page[:, -70:] == 255).all()  # nothing reaches into the margin of the text


def test_a_kind_that_runs_out_leaves_its_place_to_others(cnn: Network) -> None:
    sheet = worksheet.make(PICTURE, cnn, level=3, count=12)
    kinds = [exercise.kind for exercise in sheet.exercises]
    assert kinds.count("sizes") == 1
    assert kinds.count("parameters") == 2
    assert len(kinds) == 12


def test_a_blank_picture_gives_too_few_exercises(cnn: Network) -> None:
    blank = Picture(np.zeros((28, 28, 1), np.float32), None, "blank.png")
    with pytest.raises(UsageError, match="give 0 exercises of this kind, not 3: lower the count"):
        worksheet.make(blank, cnn, level=1, count=3)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--count", "0"], "0 exercises are not possible: give 1 to 40"),
        (["--count", "41"], "41 exercises are not possible: give 1 to 40"),
        (["--level", "5"], "there is no level 5: choose 1, 2, 3 or 4"),
        (["--seed", "-1"], "-1 is no seed: give a whole number from 0 on"),
        (["--model", "dense"], "layer flatten cannot be computed by hand"),
        (["--lang", "fr"], "there is no language 'fr': choose en or zh"),
        (["-o", "sheet.docx"], "'sheet.docx' is not the name of a worksheet: let it end in .pdf"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    options: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["worksheet", *options])
    assert result.exit_code == 2
    assert says in result.output
    assert len(result.output.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_pdf(tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    target = tmp_path / "sheet.pdf"
    options = ["--digit", "3", "--level", "2", "--count", "3", "--lang", "zh", "-o", str(target)]
    result = CliRunner().invoke(cli, ["worksheet", *options])
    assert result.output == f"已写出 {target}：3 道题和答案\n"
    assert target.read_bytes().startswith(b"%PDF")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.pdf"]


def test_without_typst_it_is_said_what_to_type(
    monkeypatch: pytest.MonkeyPatch, absent: set[str], cnn: Network
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    absent.add("typst")
    with pytest.raises(ConvexplainError, match=r"^pages for paper need typst, .* install 'typst>"):
        worksheet.make(PICTURE, cnn, count=1).pdf()


def test_a_character_outside_the_fonts_is_named() -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    with pytest.raises(ConvexplainError, match="lacks 'Ж'"):
        typesetting.pdf("worksheet", {"title": "Ж"})


def test_the_example_of_the_page_on_worksheets_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "worksheets.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(code, {})
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_numbers_of_windows_do_not_cover_one_another() -> None:
    """Two windows close to one another, one at the upper edge and one in a corner."""
    size = {"height": 3, "width": 3}
    marks = [
        {"number": n, "top": top, "left": left, **size}
        for n, (top, left) in enumerate(((4, 16), (10, 17), (0, 5), (25, 25)), 1)
    ]
    boxes = _labels.beside(marks, (28, 28))
    windows = [(m["left"], m["top"], m["left"] + 3, m["top"] + 3) for m in marks]
    for n, box in enumerate(boxes):
        assert 0 <= box[0] < box[2] <= 28
        assert 0 <= box[1] < box[3] <= 28
        assert all(_labels.overlap(box, other) == 0 for other in [*boxes[:n], *windows])
    assert _labels.overlap((0, 0, 2, 2), (1, 1, 3, 3)) == 1


@pytest.mark.parametrize("seed", range(4))
def test_numbers_of_a_full_sheet_can_be_told_apart(seed: int, cnn: Network) -> None:
    sheet = worksheet.make(digits.first(8), cnn, count=8, level=1, seed=seed)
    marks = sheet.document("en")["marks"]
    centres = [(mark["label"]["x"], mark["label"]["top"]) for mark in marks]
    for n, (x, y) in enumerate(centres):
        assert all(abs(x - a) >= 1.5 or abs(y - b) >= 1.9 for a, b in centres[:n])


def test_sizes_are_asked_of_layers_that_follow_one_another() -> None:
    layers = (
        Conv2D("a", 4, padding="same"),
        MaxPooling2D("b"),
        Conv2D("c", 4, padding="same"),
        Add("sum", inputs=("b", "c")),
        Conv2D("d", 4),
        Flatten("flatten"),
        Dense("dense", 10, "softmax"),
    )
    net = Network.initialised(layers, seed=1)
    (level,) = (level for level, kinds in worksheet.KINDS.items() if "sizes" in kinds)
    sheets = [worksheet.make(PICTURE, net, count=12, level=level, seed=n) for n in range(3)]
    asked = [x for sheet in sheets for x in sheet.exercises if x.kind == "sizes"]
    assert asked
    for exercise in asked:
        assert list(exercise.blocks[0].answers) == ["a", "b", "c"]


def test_codes_on_paper_lead_a_phone_to_their_cells(cnn: Network) -> None:
    pytest.importorskip("typst", reason="pages need the extra 'print'")
    pytest.importorskip("segno", reason="codes need the extra 'print'")
    reader = pytest.importorskip("zxingcpp", reason="the tests read codes with zxing-cpp")
    base = "https://school.example/a/page.html"
    sheet = worksheet.make(PICTURE, cnn, count=7, seed=2)
    cells = [exercise.cell for exercise in sheet.exercises if exercise.cell]
    expected = [f"{base}{sheet.link(cell)}&lang=zh" for cell in cells]
    found = []
    for png in typesetting.pages("worksheet", sheet.document("zh", base), ppi=150):
        page = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
        codes = sorted(reader.read_barcodes(page), key=lambda code: code.position.top_left.y)
        # A phone reads it from paper: a module is at least a third of a millimetre.
        assert all(19 / (17 + 4 * int(code.extra["Version"])) > 1 / 3 for code in codes)
        found += [code.text for code in codes]
    assert found == expected * 2  # the sheet, then its key
    assert len(cells) >= 4
    assert base.encode() in sheet.pdf("zh", base)


def test_an_address_that_no_code_can_hold_is_refused(cnn: Network) -> None:
    pytest.importorskip("segno", reason="codes need the extra 'print'")
    with pytest.raises(ConvexplainError, match="too long for a QR code"):
        worksheet.make(PICTURE, cnn, count=1).document("en", "https://school.example/" + 3000 * "a")
