"""Run experiments; store their results in convexplain/assets/facts.json and docs/facts.md.

    python tools/measure_facts.py [NAME ...] [--mnist DIR] [--keep FILE]

With --keep, trainings that are done are written to a file, and not repeated when it is run again.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import facts_page

from convexplain.cli._progress import Progress
from convexplain.training import experiments

FACTS = Path(__file__).parents[1] / "convexplain" / "assets" / "facts.json"


def main() -> None:
    """Run, print and store; each result as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=list(experiments.EXPERIMENTS), metavar="NAME")
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    setting = experiments.Setting.load(options.mnist, keep=options.keep)
    for name in options.names:
        with Progress(name) as progress:
            result = experiments.run(name, replace(setting, on_progress=progress))
        print(result.table(), f"\n{result.seconds:.0f} s\n", flush=True)
        store(name, result.to_dict())


def store(name: str, result: dict[str, Any]) -> None:
    """Put one result among the others, in the order of the experiments."""
    facts = json.loads(FACTS.read_text("utf-8")) if FACTS.exists() else {}
    facts[name] = result
    ordered = {known: facts[known] for known in experiments.EXPERIMENTS if known in facts}
    FACTS.write_text(_one_row_a_line(ordered) + "\n", "utf-8")
    facts_page.PAGE.write_text(facts_page.page(ordered), "utf-8")


def _one_row_a_line(facts: dict[str, Any]) -> str:
    """JSON whose tables can be read, and compared line by line."""
    rows = {name: result["rows"] for name, result in facts.items()}
    marked = {name: {**result, "rows": f"rows of {name}"} for name, result in facts.items()}
    text = json.dumps(marked, indent=1, ensure_ascii=False)
    for name, table in rows.items():
        lines = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in table)
        text = text.replace(f'"rows of {name}"', f"[\n{lines}\n  ]")
    return text


if __name__ == "__main__":
    main()
