"""No name from a file or an option leads outside of the folder that the user named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image
from played import lesson_of
from running import COMMAND, PROGRAM, run

from convexplain import figures, lessons
from convexplain.data import digits
from convexplain.errors import ConvexplainError
from convexplain.lessons import Beat, Event, Lesson
from convexplain.network import Network
from convexplain.style.captions import Caption

#: Names as an attacker would choose them, for a layer, a beat, a lesson or a figure.
ELSEWHERE = [
    "../x",
    "../../etc/passwd",
    "/tmp/x",
    "a/b",
    "a\\b",
    "..",
    ".",
    "",
    "a\nb",
    "\x1b[2J",
    "x" * 400,
]
# Notes every path that Python is asked to change, in all processes of a run.
NOTE = """\
import os, sys
log = os.open(os.environ["CONVEXPLAIN_TEST_WRITES"], os.O_WRONLY | os.O_APPEND)
writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
changes = {"os.mkdir": 1, "os.rmdir": 1, "os.remove": 1, "os.truncate": 1, "os.chmod": 1,
           "os.rename": 2, "os.link": 2, "os.symlink": 2}
def note(event, args):
    paths = args[:changes.get(event, 0)]
    if event in ("os.remove", "os.rmdir") and args[1] != -1:
        return  # a name in a folder that was opened before, as shutil.rmtree clears one
    if event == "open" and isinstance(args[2], int) and args[2] & writes:
        paths = args[:1]
    for path in paths:
        if isinstance(path, (str, bytes, os.PathLike)):
            os.write(log, os.path.abspath(os.fsencode(path)) + b"\\n")
sys.addaudithook(note)
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The current folder of a run, with pictures and a network whose names mean harm."""
    folder = tmp_path / "here"
    (folder / "out").mkdir(parents=True)
    picture = (digits.first(7).pixels[..., 0] * 255).astype(np.uint8)
    for name in (CODE, "..%2f..%2fx.png", "$(touch hacked).png", "-o.png"):
        Image.fromarray(picture).save(folder / name)
    network = Network.load("cnn")
    provenance = {"name": "../../x", "file": "/tmp/x", "output": "../hacked"}
    Network(network.layers, network.weights, provenance=provenance).save(folder / "n.safetensors")
    return folder


CODE = "\"); import os; os.mkdir('hacked') or print(\"\n#.png"


def written(*args: str, here: Path, program: tuple[str, ...]) -> set[Path]:
    """Run a command line; return all that it changed, as its own processes tell."""
    notes = here.parent / "notes"
    notes.mkdir()
    (notes / "sitecustomize.py").write_text(NOTE)
    log = here.parent / "log"
    log.touch()
    env = {
        "CONVEXPLAIN_TEST_WRITES": str(log),
        "PYTHONPATH": str(notes),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": str(here.parent / "matplotlib"),
    }
    run(*args, cwd=here, program=program, env=env)
    return {Path(line) for line in log.read_text().splitlines()}


@pytest.mark.parametrize(
    ("program", "args"),
    [
        pytest.param(
            PROGRAM,
            ["render", "short", "-ql", "--sections", "out/clips", "-o", "out/a.mp4"],
            marks=pytest.mark.render,
        ),
        pytest.param(
            COMMAND,
            ["figure", "--image", "..%2f..%2fx.png", "-o", "out/../out/a.svg"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            COMMAND,
            ["figure", "--model", "n.safetensors", "--format", "png", "-o", "out/a.png"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            COMMAND,
            ["worksheet", "--image", "$(touch hacked).png", "-o", "out/a.pdf"],
            marks=pytest.mark.soak,
        ),
        pytest.param(
            COMMAND,
            ["predict", "--model", "n.safetensors", "--image=-o.png"],
            marks=pytest.mark.soak,
        ),
        (COMMAND, ["step", "--image", CODE, "--code"]),
        pytest.param(COMMAND, ["model", "n.safetensors", "--json"], marks=pytest.mark.soak),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_only_the_folder_that_was_named_is_written_to(
    here: Path, program: tuple[str, ...], args: list[str]
) -> None:
    if args[0] == "render":
        pytest.importorskip("manim", reason="rendering needs the extra 'video'")
    changed = written(*args, here=here, program=program)
    allowed = [here / "out", here.parent / "tmp", here.parent / "matplotlib", Path("/dev")]
    outside = [path for path in changed if not any(map(path.is_relative_to, allowed))]
    assert outside == []
    assert {path.name for path in here.parent.iterdir()} <= {
        "here", "notes", "log", "tmp", "matplotlib", "cache",
    }  # fmt: skip
    assert not any((here.parent / "tmp").iterdir())
    wrote = [*(here / "out").iterdir()]
    assert bool(wrote) == ("out/" in " ".join(args))
    assert not (here / "hacked").exists()


def test_the_lines_of_code_name_a_file_and_run_nothing_else(here: Path) -> None:
    told = run("step", "--image", CODE, "--code", "numpy", cwd=here, program=COMMAND).out
    done = subprocess.run([sys.executable, "-c", told], cwd=here, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    float(done.stdout)
    assert not (here / "hacked").exists()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_layer_of_such_a_name_is_refused(name: str, tmp_path: Path) -> None:
    network = Network.load("dense")
    path = tmp_path / "a.safetensors"
    network.save(path)
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    described: dict[str, Any] = json.loads(header["__metadata__"]["convexplain"])
    described["layers"][1]["name"] = name
    tensors = {
        f"{name}/kernel" if key.startswith("hidden") else key: np.asarray(value)
        for key, value in network.weights.items()
    }
    metadata = {"convexplain": json.dumps(described)}
    path.write_bytes(safetensors.numpy.save(tensors, metadata=metadata))
    with pytest.raises(ConvexplainError, match="letters, digits") as caught:
        Network.load(path)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_lesson_a_beat_and_a_figure_of_such_a_name_are_refused(name: str) -> None:
    text = Caption(en="Hello", zh="你好")
    with pytest.raises(ValueError, match="name of a beat"):
        Beat.of(name, text, Event("said", 9.0, text))
    with pytest.raises(ValueError, match="name of a lesson"):
        type("Evil", (Lesson,), {"name": name})
    with pytest.raises(ConvexplainError, match="there is no figure"):
        figures.options(name)
    with pytest.raises((ConvexplainError, KeyError)):
        lessons.find(name)


def test_the_names_of_all_lessons_beats_and_figures_are_plain_names_of_files() -> None:
    named = [*lessons.names(), *figures.names()]
    named += [beat.name for name in lessons.names() for beat in lesson_of(name).beats()]
    assert len(named) > 100
    assert [name for name in named if Path(name).name != name or os.sep in name] == []
