"""What runs elsewhere, for each change: it parses, and calls only what there is."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from documented import understood

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def read(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key "on" as true.
    text = re.sub(r"^on:", '"on":', path.read_text("utf-8"), flags=re.MULTILINE)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def lines() -> Iterator[tuple[str, str]]:
    """Yield each line of shell that a workflow, an image or a container runs, with its file."""
    for path in WORKFLOWS:
        for job in read(path)["jobs"].values():
            for step in job["steps"]:
                for line in step.get("run", "").splitlines():
                    yield path.name, line
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    yield "devcontainer.json", container["postCreateCommand"]
    image = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    for line in re.findall(r"^RUN (.*)", image, flags=re.MULTILINE):
        for command in line.split("&&"):
            yield "Dockerfile", command.replace("/convexplain/scripts", "scripts").strip()


def test_there_are_workflows_for_tests_site_and_release() -> None:
    assert [path.stem for path in WORKFLOWS] == ["release", "site", "tests"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_says_when_where_and_with_which_rights_it_runs(path: Path) -> None:
    flow = read(path)
    assert set(flow) <= {"name", "on", "permissions", "concurrency", "jobs"}
    assert flow["permissions"] == {"contents": "read"}
    for job in flow["jobs"].values():
        assert job["runs-on"]
        assert job["timeout-minutes"] <= 180
        assert set(job.get("needs", "").split()) <= set(flow["jobs"])
        for step in job["steps"]:
            assert len({"run", "uses"} & set(step)) == 1
            if "uses" in step:
                assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


def test_every_expression_names_what_there_is() -> None:
    for path in WORKFLOWS:
        text = path.read_text("utf-8")
        for job in read(path)["jobs"].values():
            axes = job.get("strategy", {}).get("matrix", {})
            own = json.dumps(job)
            assert set(re.findall(r"matrix\.(\w+)", own)) == set(axes), path.name
        for name in re.findall(r"\${{ ([\w.-]+) }}", text):
            assert name.split(".")[0] in ("github", "matrix", "steps"), name


def test_only_scripts_and_files_that_exist_are_called() -> None:
    called = set()
    for file, line in lines():
        words = shlex.split(line)
        for word in words:
            if re.fullmatch(r"scripts/[\w-]+\.sh", word):
                called.add(word)
                assert (ROOT / word).is_file(), f"{file}: {line}"
            if word.endswith(".lock") or word.startswith("--ignore="):
                assert (ROOT / word.removeprefix("--ignore=")).exists(), f"{file}: {line}"
    assert {"scripts/test.sh", "scripts/demo.sh", "scripts/docs.sh", "scripts/release.sh"} <= called


def test_commands_of_the_program_are_understood() -> None:
    commands = [shlex.split(line)[1:] for _, line in lines() if line.startswith("convexplain ")]
    assert {words[0] for words in commands} >= {"doctor", "render", "film", "page", "figure"}
    for words in commands:
        assert understood(words).args == []


def test_each_python_that_is_tested_is_declared_and_the_other_way_round() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]
    for name in ("posix", "windows"):
        assert jobs[name]["strategy"]["matrix"]["python"] == PYTHONS
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    said = [line.rpartition(" ")[2] for line in project["classifiers"] if ":: 3." in line]
    # Those on which the tests have passed.
    assert said == PYTHONS[: len(said)]
    assert project["requires-python"] == f">={PYTHONS[0]}"


def test_an_image_is_given_what_its_build_reads() -> None:
    given = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    ]
    setup = (ROOT / "scripts" / "setup.sh").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {
        project["readme"],
        *project["license-files"],
        "pyproject.toml",
        "convexplain",
        "scenes",
    }
    needed |= {"requirements*.lock"} if "requirements.lock" in setup else set()
    assert needed | {"scripts"} == set(given)
