"""Too little memory, by a limit of the system's: said in one line, with what helps."""

from __future__ import annotations

import sys

import pytest
from running import COMMAND, content, one_line, run, temporary_files

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
resource = pytest.importorskip("resource", reason="this system has no limits")
if sys.platform != "linux":
    pytest.skip("this system does not keep to the limit", allow_module_level=True)

MB = 10**6


def limited(megabytes: int):
    """Let a process, and those that it starts, take so many megabytes of addresses."""
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes * MB, megabytes * MB))


@pytest.mark.render
@pytest.mark.parametrize(
    "megabytes",
    [300, 620, *(pytest.param(number, marks=pytest.mark.soak) for number in range(180, 860, 40))],
)
def test_a_render_says_that_memory_ran_out_and_that_a_lower_quality_needs_less(here, megabytes):
    (here / "a.mp4").write_text("old video")
    render = ("render", "short", "-q", "k", "--quiet", "-o", "a.mp4")
    failed = run(*render, cwd=here, code=1, preexec_fn=limited(megabytes))
    lines = [line for line in failed.err.splitlines() if not line.startswith("OpenBLAS ")]
    assert len(lines) == 1, failed.err
    assert "memory" in lines[0]
    assert f"limited to {megabytes} MB" in lines[0] or f"may take {megabytes} MB" in lines[0]
    assert "a lower quality (-q l) needs less" in lines[0]
    assert content(here) == {"a.mp4": b"old video"}
    assert temporary_files(here, here.parent / "tmp") == []


def test_what_needs_no_video_says_so_too(here):
    failed = run("predict", cwd=here, code=1, program=COMMAND, preexec_fn=limited(60))
    assert one_line(failed.err), failed.err
    assert "out of memory: it is limited to 60 MB (ulimit -v)" in failed.err


@pytest.mark.render
def test_no_process_can_be_started(here):
    """Too few files may be open for another process."""

    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (7, 7))

    failed = run("render", "short", "-o", "a.mp4", cwd=here, code=1, preexec_fn=few_files)
    assert one_line(failed.err), failed.err
    assert "Too many open files" in failed.err
    assert content(here) == {}
    assert temporary_files(here, here.parent / "tmp") == []
