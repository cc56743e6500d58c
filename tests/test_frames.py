"""Frames are the same today and tomorrow, on one core and on two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("manim", reason="frames need the extra 'video'")

import played

from convexplain import lessons

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import hash_frames

NAMES = lessons.names()


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_those_of_yesterday(name):
    kept = json.loads(hash_frames.KEPT.read_text("utf-8"))
    here = hash_frames.versions()
    if here not in kept:
        pytest.skip(f"no hashes are kept for {here}: run python tools/hash_frames.py")
    frames = played.of(name, played.LOOKS[0]).frames
    hashes = {beat: hash_frames.digest(pixels) for beat, pixels in frames.items()}
    assert hashes == kept[here].get(name), (
        "the frames of this lesson changed: look at them, then run python tools/hash_frames.py"
    )


@pytest.mark.soak  # a lesson that is quicker is rendered so in reliability/test_surroundings.py
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot pin cores")
def test_frames_are_the_same_on_one_core_as_on_all_and_under_another_hash_seed():
    script = (
        "import os, sys, json; cores = sys.argv[1];\n"
        "if cores == 'one': os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "sys.path.insert(0, 'tools'); import hash_frames\n"
        "print(json.dumps(hash_frames.hashes('sliding-window')))"
    )
    seen = {
        cores: json.loads(
            subprocess.run(
                [sys.executable, "-c", script, cores],
                capture_output=True,
                text=True,
                check=True,
                cwd=Path(__file__).parents[1],
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout.splitlines()[-1]
        )
        for cores, seed in (("one", "1"), ("all", "77"))
    }
    assert seen["one"] == seen["all"] == hash_frames.hashes("sliding-window")
