"""What is typed into a source though it is given elsewhere: counted by file, told by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Search:
    """A search of files; `typed` yields line and text of each place in a source.

    `allowed` says how many places a file still has: a list that may only shrink.
    """

    typed: Callable[[str], Iterator[tuple[int, str]]]
    paths: Iterable[Path]
    allowed: Mapping[str, int]

    def found(self) -> Counter[str]:
        """Count the places of each file that has any."""
        return +Counter(
            {_name(path): len([*self.typed(path.read_text("utf-8"))]) for path in self.paths}
        )

    def check(self, remedy: str) -> None:
        """Ask that no file has more places than are allowed, and that none has fewer."""
        found, allowed = self.found(), Counter(self.allowed)
        lines = [
            f"{name}:{line}: {text}"
            for name in found - allowed
            for line, text in self.typed((ROOT / name).read_text("utf-8"))
        ]
        assert not lines, f"{remedy}:\n" + "\n".join(lines)
        mended = allowed - found
        assert not mended, f"mended: take {dict(mended)} off the list"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
