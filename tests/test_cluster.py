"""Work on a scheduler and workers of dask, one of which is killed; shares of a class."""

from __future__ import annotations

import os
import signal
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("manim", reason="rendering needs the extra 'video'")
if find_spec("distributed") is None:  # imported by those tests alone that need it: it takes long
    pytest.skip("a cluster needs the extra 'cluster'", allow_module_level=True)

import cluster as clusters
from short_lesson import ShortLesson

from convexplain.errors import ConvexplainError, UsageError
from convexplain.style.theme import Look
from convexplain.video import shares
from convexplain.video.child import Child
from convexplain.video.job import QUALITIES, Job
from convexplain.video.rendering import render

TESTS = Path(__file__).parent
SCENE = TESTS / "scenes" / "short.py"


def jobs(folder, count, mode="well", half=0.8):
    folder.mkdir(exist_ok=True)
    return [
        Job(ShortLesson(mode, half + 0.1 * n), folder / f"{n}.mp4", Look(), QUALITIES["l"],
            scene_file=SCENE)
        for n in range(count)
    ]  # fmt: skip


def test_an_address_where_nobody_answers_is_told_in_a_line(monkeypatch):
    import distributed

    begin, clients = distributed.Client.start, []

    def start(client, **settings):
        clients.append(client)
        begin(client, **settings)

    def begin_too_late(*_, **__):
        raise AssertionError("the thread of dask's own loop has not begun within 10 s")

    monkeypatch.setattr(distributed.Client, "start", start)
    # On a busy machine dask would give up waiting for a thread of its own.
    monkeypatch.setattr("distributed.utils._CollectErrorThread", begin_too_late)
    monkeypatch.setattr(shares, "PATIENCE", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "x", "inproc://x"):
        with pytest.raises(UsageError) as caught, shares.cluster(address):
            pass
        assert repr(address) in str(caught.value)
        assert "\n" not in str(caught.value)
    # What is not closed is waited for, and told with a traceback, as the program ends.
    assert {client.status for client in clients} == {"closed"}


def test_a_connection_may_stand_still_for_minutes(monkeypatch):
    import dask
    import distributed

    key, found = "distributed.comm.timeouts.tcp", []

    def refuse(client, **_):
        found.append(dask.config.get(key))
        raise OSError

    monkeypatch.setattr(distributed.Client, "start", refuse)
    before = dask.config.get(key)
    with pytest.raises(UsageError, match="no scheduler"), shares.cluster("tcp://127.0.0.1:1"):
        pass
    assert found == [f"{shares.STANDSTILL}s"]
    assert dask.config.get(key) == before


def say_what_is_set(channel, folder, name):
    channel.send(os.environ.get(name))


def test_what_dask_tells_its_workers_of_memory_is_not_for_what_they_start(monkeypatch):
    # The C library reads it as a process starts; drawing would take half as long again.
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "65536")
    child = Child(say_what_is_set, "MALLOC_TRIM_THRESHOLD_")
    try:
        assert child.channel.recv() is None
    finally:
        child.close()
    assert os.environ["MALLOC_TRIM_THRESHOLD_"] == "65536"


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")
def test_a_worker_that_is_killed_loses_nothing_and_leaves_no_process(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    render(jobs(here, 6))
    failures = []
    with clusters.running(2, tmp_path, TESTS) as address, shares.cluster(address) as executor:
        client = executor._client
        client.wait_for_workers(2)
        pids = client.run(os.getpid)
        killed = {}

        def kill():
            victim = next(iter(pids.values()))
            while not (rendering := clusters.below(victim)):
                time.sleep(0.02)
            killed[victim] = rendering
            os.kill(victim, signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        results = render(jobs(there, 6), executor=executor,
                         failed=lambda job, error: failures.append(str(error)))  # fmt: skip
        thread.join()
        ((_, orphans),) = killed.items()
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{pid}").exists() for pid in orphans):
            assert time.monotonic() < deadline, orphans
            time.sleep(0.1)
    assert failures == []
    assert len(results) == 6
    for path in here.iterdir():
        assert (there / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.soak
def test_what_fails_on_a_worker_is_told_and_the_others_go_on(tmp_path):
    work = [*jobs(tmp_path / "a", 1, "raise"), *jobs(tmp_path / "b", 1)]
    failures = []
    with clusters.running(1, tmp_path, TESTS) as address, shares.cluster(address) as executor:
        results = render(work, executor=executor,
                         failed=lambda job, error: failures.append((job, str(error))))  # fmt: skip
    assert [result.job for result in results] == [work[1]]
    ((job, text),) = failures
    assert job is work[0]
    assert text.startswith("the scene says no")


@pytest.mark.soak
def test_a_scheduler_without_workers_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(shares, "PATIENCE", 3)
    with (
        clusters.running(0, tmp_path, TESTS) as address,
        pytest.raises(ConvexplainError, match="has no workers"),
        shares.cluster(address),
    ):
        pass
