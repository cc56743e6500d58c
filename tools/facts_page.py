"""Write docs/facts.md from convexplain/assets/facts.json.

    python tools/facts_page.py

`measure_facts.py` does it too, after each result.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from convexplain.data import facts

PAGE = Path(__file__).parents[1] / "docs" / "facts.md"
_TITLES = {
    "confusion": "What is taken for what",
    "shift": "Shifted digits",
    "samples": "Few digits, and shuffled pixels",
    "window": "The first layer's window and filters",
    "pooling": "Without pooling",
    "permuted": "Shuffled pixels",
    "depth": "Few and many layers, with and without arrows round them",
    "kinds": "Separable convolutions and batch normalization, trained from scratch",
    "edges": "What kernels look like",
    "blind": "What the network never reads",
}
_HEAD = """# What was measured

Lessons quote these numbers and no others. `convexplain experiment NAME` measures any of them again,
and says how the new numbers differ from these; `--quick` takes a small part of the time, to see
that it works. Accuracies are on the 10,000 test digits: 0.9915 is 99.15% read right. Where networks
were trained, `accuracy` is the mean over the seeds, with the lowest and the highest beside it.
Seconds are those of one core that had other work besides.

This page is written by `tools/facts_page.py`.
"""


def page(results: dict[str, Any]) -> str:
    """Write the page as text, from what facts.json holds."""
    return "\n".join([_HEAD, *(_section(name, result) for name, result in results.items())])


def _section(name: str, result: dict[str, Any]) -> str:
    columns = [key for key, value in result["rows"][0].items() if not isinstance(value, list)]
    lines = [
        f"## {_TITLES[name]}: `{name}`\n",
        f"{result['recipe'][0].upper()}{result['recipe'][1:]}.\n",
        f"| {' | '.join(column.replace('_', ' ') for column in columns)} |",
        f"|{'|'.join('---:' if _is_number(result['rows'], c) else '---' for c in columns)}|",
        *(f"| {' | '.join(_cell(row[column]) for column in columns)} |" for row in result["rows"]),
    ]
    versions = ", ".join(f"{what} {number}" for what, number in result["versions"].items())
    lines.append(f"\nMeasured in {result['seconds']:.0f} s, with {versions}.\n")
    return "\n".join(lines)


def _is_number(rows: list[dict[str, Any]], column: str) -> bool:
    return not any(isinstance(row[column], str) for row in rows if row[column] != "")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if value else "0"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page({name: facts.load(name) for name in facts.names()}), "utf-8")
