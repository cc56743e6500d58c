from __future__ import annotations

import ast
import importlib
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

import convexplain
from convexplain import figures, lessons

ROOT = Path(__file__).parents[1]


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_imports_run_down_and_never_in_a_circle() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert " 0 broken" in result.stdout


def test_every_package_has_its_place_among_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    placed = {
        name.strip(" ()") for row in contracts["contracts"][0]["layers"] for name in row.split("|")
    }
    found = {
        f"convexplain.{entry.stem}"
        for entry in (ROOT / "convexplain").iterdir()
        if (entry / "__init__.py").exists() or entry.suffix == ".py"
    }
    assert placed - {"scenes"} == found - {"convexplain.__init__"}


@pytest.mark.parametrize("heavy", ["manim", "matplotlib", "numpy"])
def test_importing_the_package_is_light(heavy: str) -> None:
    assert run(f"import convexplain, sys; print({heavy!r} in sys.modules)") == "False\n"


def test_the_public_names_load_neither_manim_nor_matplotlib() -> None:
    loaded = run(
        "import convexplain, sys\n"
        "for name in convexplain.__all__: getattr(convexplain, name)\n"
        "print(sorted({'manim', 'matplotlib'} & set(sys.modules)))"
    )
    assert loaded == "[]\n"


@pytest.mark.parametrize("command", ["list", "digits", "model", "step"])
def test_a_command_that_prints_loads_nothing_that_draws_or_fits(command: str) -> None:
    loaded = run(
        "import sys\n"
        "from convexplain.cli import cli\n"
        f"cli([{command!r}], standalone_mode=False)\n"
        "heavy = {'av', 'fontTools', 'manim', 'matplotlib', 'pooch', 'requests', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert loaded.splitlines()[-1] == "[]"


def test_a_list_waits_for_no_network() -> None:
    loaded = run(
        "import sys\n"
        "from convexplain.cli import cli\n"
        "cli(['list'], standalone_mode=False)\n"
        "late = {'numpy', 'convexplain.messages.zh', 'convexplain.network', 'convexplain.ops'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    assert loaded.splitlines()[-1] == "[]"


def test_bundled_digits_are_shown_without_a_network_or_a_lesson() -> None:
    loaded = run(
        "import sys\n"
        "from convexplain.cli import cli\n"
        "cli(['digits'], standalone_mode=False)\n"
        "late = {'convexplain.messages.zh', 'convexplain.network', 'convexplain.lessons'}\n"
        "print(sorted(late & set(sys.modules)))"
    )
    assert loaded.splitlines()[-1] == "[]"


def test_a_list_computes_no_lesson() -> None:
    loaded = run(
        "import sys\n"
        "from convexplain.cli import cli\n"
        "cli(['list'], standalone_mode=False)\n"
        "from convexplain import lessons\n"
        "homes = {'convexplain.lessons.' + name.replace('-', '_') for name in lessons.names()}\n"
        "print(sorted(homes & set(sys.modules)))"
    )
    assert loaded.splitlines()[-1] == "[]"


@pytest.mark.parametrize("package", [convexplain, figures, lessons])
def test_each_name_handed_on_late_is_the_one_that_type_checkers_see(package: ModuleType) -> None:
    source = Path(str(package.__file__)).read_text(encoding="utf-8")
    declared = {
        alias.name: node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("convexplain.")
        for alias in node.names
        if alias.name != "handing_on"
    }
    assert {*package.__all__} - {"__version__"} <= {*declared} <= {*dir(package)}
    for name, module in declared.items():
        handed = getattr(package, name)  # imports it, where it is a module
        assert handed is getattr(importlib.import_module(str(module)), name)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'convexplain' has no attribute 'convolve'"):
        convexplain.convolve  # noqa: B018


def test_what_manim_imports_is_imported_whichever_test_comes_first() -> None:
    """Where it is not compiled yet, and cannot be kept, the compiler warns of it each time."""
    package = find_spec("pydub")
    assert package is not None
    assert package.origin is not None
    source = Path(package.origin).with_name("utils.py")
    compile(source.read_text("utf-8"), source, "exec")
