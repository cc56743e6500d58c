"""Requests that cannot be right or cannot be met: one line, an exit code, and nothing written.

A new case is one row of `USAGE` or `FAILURES`: the command line, and the words that its line must
have: what was given, what is allowed, and, where a name is near, that name.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from running import COMMAND, Run, one_line, run

from convexplain.cli import cli
from convexplain.data.mnist import VARIABLE
from convexplain.network import Conv2D, Dense, Flatten, Layer, Network

LONG = "x" * 400

#: The request itself is wrong: exit code 2.
USAGE = [
    ("rendr", "'rendr'", "did you mean convexplain render?"),
    ("--nothing", "--nothing", "convexplain --help"),
    # step, pixel
    ("step --digit -1", "-1", "0 to 9"),
    ("step --digit 1.5", "'1.5'", "integer"),
    ("step --sample 200", "200", "0 to 199"),
    ("step --sample 99999999999999999999999999", "0 to 199"),
    ("step --digit 3 --sample 4", "--digit and --sample exclude"),
    ("step --layer conv9", "'conv9'", "conv1, pool1, conv2", "did you mean conv"),
    ("step --layer ../conv1", "'../conv1'", "did you mean conv1?"),
    ("step --filter 32", "32", "0 to 31"),
    ("step --filter -1", "-1", "0 to 31"),
    ("step --at 26,0", "26", "0 to 25"),
    ("step --at 99999999999999999999,0", "0 to 25"),
    ("step --at -1,0", "'-1,0'", "counted from 0"),
    ("step --at 1,2,3", "'1,2,3'", "row and column"),
    ("step --at a,b", "'a,b'", "row and column"),
    ("step --code jax", "'jax'", "numpy, keras, torch or all"),
    ("step --model ''", "''", "cnn, dense, blocks or photo"),
    (f"step --model {LONG}", "no model or file", "cnn, dense, blocks or photo"),
    ("step --model two-channels.safetensors", "8 × 8 × 2", "1 channel (gray) or 3 (colour)"),
    ("step --lang de", "'de'", "en or zh"),
    ("step --fliter 3", "--fliter", "did you mean --filter?"),
    ("step extra", "neither a digit", "--image FILE"),
    ("step --nth 0", "--nth", "--image FILE"),
    ("predict --nth 0 --digit 3", "--nth", "--image FILE"),
    ("predict --image one.png --nth 1", "one.png", "only one digit"),
    ("render sliding-window --image one.png --nth -1", "no digit -1"),
    ("predict --show read.txt", "'read.txt'", ".png"),
    ("predict --show none/read.png", "'none'", "create it"),
    ("pixel --parts 0", "--parts 0", "1 to 9"),
    ("pixel --parts x", "--parts x", "1 to 9"),
    ("pixel --layer nope", "'nope'", "conv1"),
    ("pixel --layer dense --at 1,1", "row 1", "0 to 0"),
    ("pixel --layer dense --filter 10 --at 0,0", "10", "0 to 9"),
    # predict, model, digits, kernels, list
    ("predict --digit 10", "10", "0 to 9"),
    ("predict --model cnnn", "'cnnn'", "did you mean cnn?"),
    ("model nope", "'nope'", "cnn, dense, blocks or photo"),
    ("model cnn dense", "dense", "convexplain model --help"),
    ("digits 10", "10", "0 to 9"),
    ("digits three", "'three'", "integer"),
    ("digits 3 --sample 4", "exclude"),
    ("kernels sobl-x", "'sobl-x'", "did you mean sobel-x?"),
    ("list extra", "extra", "convexplain list --help"),
    # data, evaluate, train, experiment
    ("data fetsh", "'fetsh'", "fetch"),
    ("data add nothing", "'nothing'", "no file or folder"),
    ("data --directory text.png", "text.png", "is a file"),
    ("evaluate nope", "'nope'", "cnn, dense, blocks or photo"),
    ("evaluate --theme blue", "'blue'", "light or dark"),
    ("evaluate --figure a.bmp", "a.bmp", ".svg"),
    ("evaluate --figure none/a.svg", "none", "choose another"),
    ("train", "cnn|dense", "convexplain train --help"),
    ("train cnm", "'cnm'", "did you mean cnn?"),
    ("train cnn --steps 0", "--steps 0", "1 or more"),
    ("train cnn --seed -1", "--seed -1", "0 or more"),
    ("train cnn -o /proc/none/a.safetensors", "/proc/none", "choose another"),
    ("train cnn -o /proc/a.safetensors", "'/proc'", "choose another"),
    ("experiment", "NAME", "convexplain experiment --help"),
    ("experiment shfit", "'shfit'", "did you mean shift?"),
    ("experiment shift --keep none/runs", "none", "choose another"),
    # film
    ("film --lessons pooling,poling", "'poling'", "did you mean pooling?"),
    ("film --lessons ,", "no lessons", "one or more"),
    ("film --beyond --lessons pooling", "--beyond", "give one of them"),
    ("film --lessons pooling,pooling", "pooling", "twice"),
    ("film --lessons dense-vs-conv --digit 3", "--digit", "leave it out"),
    ("film --lessons pooling --filter 99", "99", "0 to 31"),
    ("film --lessons pooling -o a.mkv", "'a.mkv'", "mp4"),
    ("film --lessons pooling -o /proc/none/a.mp4", "/proc/none", "choose another"),
    ("film -j 0", "--jobs 0", "1 or more"),
    # render: kernels, lengths, places
    ("render slidin-window", "'slidin-window'", "did you mean sliding-window?"),
    ("render ../render", "'../render'", "sliding-window"),
    ("render _card", "'_card'", "sliding-window"),
    ("render --kernel sobl-x", "'sobl-x'", "did you mean sobel-x?"),
    ("render --kernel '1,2;3,4'", "2 × 2", "3x3, 5x5 or 7x7"),
    ("render --kernel '1,2,3;4,5;7,8,9'", "3, 2, 3", "every row the same"),
    ("render --kernel 'a,b,c;d,e,f;g,h,i'", "'a'", "-999 to 999"),
    ("render --kernel 'nan,0,0;0,0,0;0,0,0'", "'nan'", "-999 to 999"),
    ("render --kernel '1e38,0,0;0,0,0;0,0,0'", "'1e38'", "-999 to 999"),
    ("render --kernel ''", "''", "-999 to 999"),
    (f"render --kernel {'1,' * 5000}1", "1 × 5001", "3x3, 5x5 or 7x7"),
    ("render --kernel sobel-x --filter 3", "--filter and --kernel exclude"),
    ("render --steps 10", "--steps 10", "0 to 9, or all"),
    ("render --seconds 1", "1 s", " to "),
    ("render --seconds nan", "nan s", " to "),
    ("render --seconds 1e9", "1e+09 s", " to "),
    ("render --model dense", "'dense'", "such as cnn"),
    ("render --model two-channels.safetensors", "lacks", "such as cnn"),
    ("render response-map --layer conv9", "'conv9'", "did you mean conv3?"),
    ("render channels --at 11,0", "11", "0 to 10"),
    ("render local-patterns --unit 512", "512", "0 to 511"),
    ("render window-geometry --kernel-size 12", "--kernel-size 12", "2 to 11"),
    ("render window-geometry --kernel-size 3 --kernel sobel-x", "exclude"),
    ("render window-geometry --padding -1", "--padding -1", '"same"'),
    ("render window-geometry --padding 1000000000", "2000000028", "at most 256"),
    ("render window-geometry --stride 0", "stride 0", "at least 1"),
    ("render window-geometry --dilation 1000", "dilation 1000", "lower the dilation"),
    ("render translation --direction north", "'north'", "left, right, up or down"),
    ("render translation --shift 7", "7", "1 to 6"),
    ("render --still strog", "'strog'", "did you mean strong?"),
    ("render --still ../../etc/passwd", "'../../etc/passwd'", "strong"),
    ("render --still strong -o a.jpg", ".jpg", ".png"),
    ("experiment samples --shard 1/2", "--keep FILE"),
    ("experiment shift --cluster x", "shift", "trains nothing"),
    ("class none.csv -o out", "none.csv", "cannot read"),
    ("class text.png -o out", "text.png", "columns"),
    ("class none.csv", "'-o'", "class --help"),
    ("class none.csv -o out --shard 3/2", "3/2", "1/2 to 2/2"),
    ("class none.csv -o out --jobs 0", "0", "--jobs"),
    ("render --shard 1/2", "--shard", "--all"),
    ("render --all --shard x", "'x'", "K/N"),
    ("film --shard 0/2", "0/2", "1/2 to 2/2"),
    ("render --cluster nowhere", "'nowhere'", "scheduler"),
    ("render --voice none", "none", "search.wav", "convexplain script"),
    ("render --all --voice none", "'none'", "--voice"),
    ("film --lessons pooling --voice none", "'none'", "--voice"),
    ("script poling", "'poling'", "did you mean pooling?"),
    ("script pooling --format xml", "'xml'", "text, csv or json"),
    ("script pooling --digit 10", "10", "0 to 9"),
    ("render --still postr", "did you mean poster?"),
    ("render --still strong --transcript", "--transcript", "leave"),
    ("render --still strong --poster", "--poster", "leave"),
    ("render --still strong --format gif", "--format gif", "leave"),
    ("render --format mp4 -o b.webm", "mp4", "'b.webm'", "b.mp4"),
    ("render -o a.avi", "'a.avi'", ".mp4, .gif or .webm"),
    ("render -o text.png/a.mp4", "'text.png'", "not a folder"),
    ("render --sections text.png", "'text.png'", "not a folder"),
    ("render --sections none/clips", "none", "choose another"),
    ("render --sections folder --format gif", "sections", "gif"),
    ("render -j 2", "-j", "--all"),
    ("render --all --digit 3", "--all", "leave --digit out"),
    # worksheet
    ("worksheet --count 0", "0 exercises", "1 to 40"),
    ("worksheet --count 1000000000", "1000000000", "1 to 40"),
    ("worksheet --level 9", "level 9", "1, 2, 3 or 4"),
    ("worksheet --seed -1", "-1", "from 0"),
    ("worksheet --url school.example/page.html", "'school.example/page.html'", "https://"),
    ("worksheet --url https://school.example/#d=5", "#d=5", "without a space or a #"),
    ("worksheet --model dense", "flatten", "begins with a convolution"),
    ("worksheet -o a.txt", "'a.txt'", ".pdf"),
    ("worksheet -o /proc/none/a.pdf", "/proc/none", "choose another"),
    # figure
    ("figure hierachy", "'hierachy'", "did you mean hierarchy?"),
    ("figure ../hierarchy", "'../hierarchy'", "hierarchy"),
    ("figure --width 0", "0", "give"),
    ("figure --width wide", "'wide'", "column or page"),
    ("figure --width 1e9", "1e9", "column or page"),
    ("figure --width 99999", "99999", "give"),
    ("figure --dpi 1e9 -o a.png", "1e+09", "30 to 1200"),
    ("figure -o a.bmp", "a.bmp", ".svg"),
    ("figure -o /proc/none/a.svg", "/proc/none", "choose another"),
    ("figure --format png -o a.svg", "png", "'a.svg'"),
    ("figure --at 26,0", "26", "0 to 25"),
    ("figure --all --digit 3", "--all", "--digit"),
    ("figure --all -o /proc/none", "/proc/none", "choose another"),
    # page
    ("page -o /proc/a.html", "'/proc'", "cannot write to the folder"),
    ("card pooling --format html -o /proc/a.html", "'/proc'", "cannot write to the folder"),
    ("page extra", "neither a digit", "--image FILE"),
    ("demo extra", "neither a digit", "--image FILE"),
    ("page --digit 10", "10", "0 to 9"),
    ("page --digit 3 --sample 4", "--digit and --sample exclude"),
    ("page --lesson slidin-window", "'slidin-window'", "did you mean sliding-window?"),
    ("page --lesson ../pooling", "'../pooling'", "did you mean pooling?"),
    ("page --lesson pooling -q 721p", "'721p'", "l, m, h, p or k"),
    ("page --lesson pooling -o /proc/none/a.html", "/proc/none", "choose another"),
    ("page --model cnnn", "'cnnn'", "did you mean cnn?"),
    ("page --model large.safetensors", "4,007,850", "2,000,000"),
    ("page --theme blue", "'blue'", "dark or light"),
    ("page --lang de", "'de'", "en or zh"),
    ("page -o a.pdf", "'a.pdf'", ".html or .htm"),
    ("page -o text.png/a.html", "text.png", "choose another"),
    # card
    ("card", "whose card?", "convexplain list"),
    ("card pooling channels", "channels", "convexplain card --help"),
    ("card poling", "'poling'", "did you mean pooling?"),
    ("card ../pooling", "'../pooling'", "did you mean pooling?"),
    ("card _card", "'_card'", "sliding-window"),
    ("card pooling --lang de", "'de'", "en or zh"),
    ("card pooling --format docx", "'docx'", "pdf or html"),
    ("card pooling --format pdf -o a.html", "pdf", "'a.html'"),
    ("card pooling --all", "pooling and --all exclude"),
    ("card pooling -o a.txt", "'a.txt'", ".pdf or .html"),
    ("card pooling -o /proc/none/a.pdf", "/proc/none", "choose another"),
    ("card --all -o /proc/none", "/proc/none", "choose another"),
    ("card --all -o text.png", "text.png", "choose another"),
]

#: The request is sound, and a file, a folder or the machine is not: exit code 1.
FAILURES = [
    ("step --image none.png", "none.png", "no such file"),
    ("step --image folder", "folder", "name a picture file"),
    ("step --image ''", "''", "picture"),
    ("step --image text.png", "text.png", "PNG or JPEG"),
    ("step --image empty.png", "empty.png", "empty"),
    ("step --image torn.png", "torn.png", "damaged"),
    ("step --image huge.png", "huge.png", "16,000,000", "scale it down"),
    ("step --image blank.png", "blank.png", "dark pen"),
    ("step --image /dev/zero", "/dev/zero", "not an ordinary file"),
    (f"step --image {LONG}", "cannot be read"),
    ("step --model torn.safetensors", "torn.safetensors", "not a network's file"),
    ("step --model pickle.safetensors", "pickle.safetensors", "not a network's file"),
    ("step --model nan.safetensors", "nan.safetensors", "NaN"),
    ("step --model folder", "folder", "give a file"),
    ("model text.png", "text.png", "not an ONNX file"),
    ("model-import text.png", "text.png", "not an ONNX file"),
    ("predict --image torn.png", "torn.png", "damaged"),
    ("predict --image telephone.heic", "telephone.heic", "HEIC", "as JPEG"),
    ("predict telephone.heic", "HEIC", "as JPEG"),
    ("render channels --image torn.png", "torn.png", "damaged"),
    ("render --model torn.safetensors", "torn.safetensors", "not a network's file"),
    ("figure --model torn.safetensors", "torn.safetensors", "not a network's file"),
    ("figure --image blank.png", "blank.png", "dark pen"),
    ("film --image torn.png", "torn.png", "damaged"),
    ("worksheet --image torn.png", "torn.png", "damaged"),
    ("page --image torn.png", "torn.png", "damaged"),
    ("page --model torn.safetensors", "torn.safetensors", "not a network's file"),
    ("evaluate --directory folder", "folder", "t10k-labels", "data fetch"),
    ("train dense --directory folder", "folder", "train-labels", "data fetch"),
    ("experiment shift --directory folder", "folder", "t10k-labels", "data fetch"),
    ("experiment shift --keep text.png", "text.png", "remove it or name another"),
    ("data fetch --directory folder", "folder", "not MNIST's", "delete it"),
    ("data add text.png --directory new", "text.png", "does not hold", "torchvision"),
]


def network(shape: tuple[int, int, int], layers: tuple[Layer, ...], path: Path) -> None:
    """Save a network whose weights are all the same number."""
    channels, length = shape[2], shape[0] * shape[1] * shape[2]
    weights = {}
    for layer in layers:
        if isinstance(layer, Conv2D):
            weights[f"{layer.name}/kernel"] = np.ones((3, 3, channels, layer.filters), np.float32)
            weights[f"{layer.name}/bias"] = np.zeros(layer.filters, np.float32)
            length = (shape[0] - 2) * (shape[1] - 2) * layer.filters
        elif isinstance(layer, Dense):
            weights[f"{layer.name}/kernel"] = np.full((length, layer.units), 0.12345, np.float32)
            weights[f"{layer.name}/bias"] = np.zeros(layer.units, np.float32)
    Network(layers, weights, input_shape=shape).save(path)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sound, damaged and absurd files, in a home of its own."""
    folder = tmp_path_factory.mktemp("home") / "here"
    (folder / "folder").mkdir(parents=True)
    (folder / "folder" / "train-images-idx3-ubyte.gz").write_bytes(b"other data")
    (folder / "folder" / "t10k-images-idx3-ubyte.gz").write_bytes(b"other data")
    (folder / "sliding-window.mp4").write_text("an older video")
    (folder / "text.png").write_text("no picture")
    (folder / "empty.png").touch()
    (folder / "telephone.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    page = np.full((90, 80), 240, dtype=np.uint8)
    page[20:70, 30:40] = 20
    Image.fromarray(page).save(folder / "one.png")
    noise = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "whole.png")
    (folder / "torn.png").write_bytes((folder / "whole.png").read_bytes()[:900])
    Image.new("L", (28, 28), 255).save(folder / "blank.png")
    Image.new("1", (20_000, 20_000)).save(folder / "huge.png")
    small = folder / "gray-8.safetensors"
    layers = (Conv2D("conv1", 1), Flatten("flatten"), Dense("dense", 10, "softmax"))
    network((8, 8, 1), layers, small)
    network((8, 8, 2), layers, folder / "two-channels.safetensors")
    network(
        (28, 28, 1), (Flatten("flatten"), Dense("dense", 2)), folder / "two-classes.safetensors"
    )
    layers = (Conv2D("conv1", 592), Flatten("flatten"), Dense("dense", 10, "softmax"))
    network((28, 28, 1), layers, folder / "large.safetensors")
    whole = small.read_bytes()
    (folder / "torn.safetensors").write_bytes(whole[:200])
    number, nan = np.float32(0.12345).tobytes(), np.float32(np.nan).tobytes()
    (folder / "nan.safetensors").write_bytes(whole.replace(number, nan, 1))
    (folder / "pickle.safetensors").write_bytes(b"\x80\x04cos\nsystem\n(S'touch x'\ntR.")
    return folder


def snapshot(home: Path) -> dict[str, tuple[int, int]]:
    """What lies below a folder: for each path its size and the time of its last change."""
    found = {}
    for path in sorted(home.rglob("*")):
        told = path.lstat()
        # A folder's own time changes where one looks whether it takes files.
        size_and_time = (0, 0) if path.is_dir() else (told.st_size, told.st_mtime_ns)
        found[str(path.relative_to(home))] = size_and_time
    return found


class Attempt(NamedTuple):
    code: int
    out: str
    err: str


def attempt(here: Path, line: str) -> Attempt:
    """Run a command line as a process, with nothing of the user's about.

    Matplotlib's list of fonts, which it keeps for itself, goes elsewhere.
    """
    env = surroundings(here)
    done = Run(*shlex.split(line), cwd=here, program=COMMAND, env=env, stdin=subprocess.DEVNULL)
    return Attempt(done.wait(), done.out, done.err)


def surroundings(here: Path) -> dict[str, str | None]:
    """Variables of the environment that a request is made in."""
    fonts = str(here.parent.parent / "matplotlib")
    return {"HOME": str(here.parent), "MPLCONFIGDIR": fonts, VARIABLE: None}


@pytest.fixture
def asked(here: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Attempt]:
    """Run a command line in this process: the same, but for what a start of Python costs."""
    monkeypatch.chdir(here)
    places = {"TMPDIR": str(here.parent / "tmp"), "XDG_CACHE_HOME": str(here.parent / "cache")}
    for name, value in (surroundings(here) | places).items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)

    def ask(line: str) -> Attempt:
        done = CliRunner().invoke(cli, shlex.split(line), prog_name="convexplain")
        return Attempt(done.exit_code, done.stdout, done.stderr)

    return ask


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [(2, line, words) for line, *words in USAGE] + [(1, line, words) for line, *words in FAILURES],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_a_bad_request_is_one_line_and_writes_nothing(
    here: Path,
    asked: Callable[[str], Attempt],
    code: int,
    line: str,
    words: list[str],
) -> None:
    (here.parent / "tmp").mkdir(exist_ok=True)
    before = snapshot(here.parent)
    done = asked(line)
    assert (done.code, done.out) == (code, ""), done.err
    assert one_line(done.err), done.err
    assert len(done.err) < 900
    for word in words:
        assert word in done.err
    assert not re.search(r"unexpected \w+(Error|Exception)|Errno|Traceback", done.err)
    assert snapshot(here.parent) == before


#: Requests of different kinds, for which a process is started as well.
STARTED = (
    "rendr",
    "step --digit -1",
    "step --fliter 3",
    "predict --image torn.png",
    "step --model nan.safetensors",
    "render --model torn.safetensors",
    "figure --image blank.png",
    "worksheet --image torn.png",
    "page --model torn.safetensors",
    "data fetch --directory folder",
)


@pytest.mark.parametrize("line", STARTED)
def test_a_process_says_and_does_the_same(
    here: Path, asked: Callable[[str], Attempt], line: str
) -> None:
    assert line in {row[0] for row in USAGE + FAILURES}
    (here.parent / "tmp").mkdir(exist_ok=True)
    before = snapshot(here.parent)
    assert attempt(here, line) == asked(line)
    assert snapshot(here.parent) == before


def commands(group: click.Group, before: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """All commands by what is typed for them, those below others too."""
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found[" ".join((*before, name))] = command
        if isinstance(command, click.Group):
            found |= commands(command, (*before, name))
    return found


COMMANDS = commands(cli)
WITH_JSON = [
    name
    for name, command in COMMANDS.items()
    if any("--json" in param.opts for param in command.params)
]


def test_every_command_has_bad_requests() -> None:
    lines = [line for line, *_ in USAGE + FAILURES]
    assert len(lines) > 60
    missing = {name for name in COMMANDS if not any(line.startswith(name) for line in lines)}
    assert missing <= {"doctor"}  # it takes nothing that could be wrong but an option


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_names_itself_for_an_option_that_is_not_there(
    asked: Callable[[str], Attempt], name: str
) -> None:
    done = asked(f"{name} --no-such-option")
    assert (done.code, done.out) == (2, "")
    assert one_line(done.err)
    assert f"convexplain {name}" in done.err


@pytest.mark.parametrize("name", WITH_JSON)
def test_with_json_every_command_tells_of_errors_in_json(
    asked: Callable[[str], Attempt], name: str
) -> None:
    done = asked(f"{name} --json --no-such-option")
    assert (done.code, done.out) == (2, "")
    error = json.loads(done.err.splitlines()[-1])["error"]
    assert error["exit_code"] == 2
    assert "--no-such-option" in error["message"]


def test_a_failure_is_json_too_also_where_the_terminal_knows_ascii_alone(here: Path) -> None:
    env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = run(
        "predict", "--json", "--image", "图片.png", cwd=here, code=1, program=COMMAND, env=env
    )
    error = json.loads(done.err)["error"]
    # What such a system makes of bytes that are no ASCII, as Python keeps them.
    name = "图片.png".encode().decode("ascii", "surrogateescape")
    assert error == {"message": f"{name}: there is no such file", "exit_code": 1}


@pytest.mark.parametrize("line", ["step --digit 12", "model torn.safetensors", "rendr"])
def test_debug_shows_the_traceback_before_the_line(
    asked: Callable[[str], Attempt], line: str
) -> None:
    plain = asked(line)
    first, *rest = line.split()
    for told in (asked(f"--debug {line}"), asked(" ".join([first, "--debug", *rest]))):
        assert told.code == plain.code
        assert told.err.startswith("Traceback (most recent call last):")
        # What to type repeats the line as it was typed.
        assert told.err.replace(" --debug?", "?").endswith("\n" + plain.err)
