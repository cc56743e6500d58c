from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

import convexplain
from tools.import_table import ImportTable

ROOT = Path(__file__).parents[1]


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def table(*rows: str, families: tuple[str, ...] = ()) -> ImportTable:
    options = {
        "package": "house",
        "everywhere": ["errors"],
        "outside": ["manim"],
        "families": list(families),
        "rows": list(rows),
    }
    return ImportTable("table", {"root_packages": ["house"]}, options)


def breaches(table: ImportTable, *imports: tuple[str, str]) -> list[str]:
    """Who breaks a table, in a graph of just these imports."""
    graph = grimp.ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    check = table.check(graph, verbose=False)
    assert check.kept == (not check.metadata["breaches"])
    return [breach.importer for breach in check.metadata["breaches"]]


def test_the_import_table_of_the_project_holds() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert "1 kept, 0 broken" in result.stdout


def test_a_row_allows_what_it_names_and_nothing_else() -> None:
    rules = table("ops: geometry", "steps: ops", "geometry, errors:")
    assert breaches(rules, ("house.ops", "house.geometry"), ("house.steps", "house.ops")) == []
    assert breaches(rules, ("house.steps", "house.geometry")) == ["house.steps"]
    assert breaches(rules, ("house.geometry", "house.ops")) == ["house.geometry"]


def test_errors_may_be_imported_everywhere() -> None:
    rules = table("geometry, errors:")
    assert breaches(rules, ("house.geometry", "house.errors")) == []


def test_a_module_without_a_row_is_a_breach() -> None:
    assert breaches(table("ops:", "errors:"), ("house.new", "house.errors")) == ["house.new"]


def test_a_module_of_a_family_counts_as_its_part() -> None:
    rules = table("ops: geometry", "steps: ops", "geometry:", families=("ops: pooling",))
    assert breaches(rules, ("house.pooling", "house.geometry")) == []
    assert breaches(rules, ("house.steps", "house.pooling")) == []
    assert breaches(rules, ("house.geometry", "house.pooling")) == ["house.geometry"]


def test_the_most_specific_row_counts() -> None:
    rules = table("stage: manim", "stage.scene: stage, lessons, manim", "lessons:")
    assert breaches(rules, ("house.stage.scene", "house.lessons.pooling")) == []
    assert breaches(rules, ("house.stage.grid", "house.lessons.pooling")) == ["house.stage.grid"]
    assert breaches(rules, ("house.lessons.pooling", "manim")) == ["house.lessons.pooling"]


def test_the_package_itself_is_not_a_way_around_the_table() -> None:
    rules = table("house: *", "ops:", "network: ops")
    assert breaches(rules, ("house", "house.network"), ("house.ops", "house")) == ["house.ops"]


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


def test_each_public_name_is_the_one_that_type_checkers_see() -> None:
    source = Path(convexplain.__file__).read_text(encoding="utf-8")
    declared = {
        alias.name: node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("convexplain.")
        for alias in node.names
    }
    assert set(convexplain.__all__) == {*declared, "__version__"}
    for name, module in declared.items():
        assert getattr(convexplain, name) is getattr(importlib.import_module(module), name)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'convexplain' has no attribute 'convolve'"):
        convexplain.convolve  # noqa: B018
