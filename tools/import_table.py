"""The import table as a contract of import-linter.

Import-linter's own contracts say what is forbidden; the project's rule says what is allowed, part
by part. The rows stand in pyproject.toml, and ``lint-imports`` checks them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Breach(NamedTuple):
    """One line of code that imports what its row does not allow."""

    importer: str
    line: int | None
    rule: str


class ImportTable(Contract):  # type: ignore[misc]  # import-linter's base class is untyped
    """Every module imports only what the row of its part allows.

    Attributes
    ----------
    package : str
        The package that the rows speak of; names in rows are relative to it.
    families : list of str
        ``"part: module, module"``: modules that belong to a part which bears the name of another.
    everywhere : list of str
        Parts that every module may import.
    outside : list of str
        Packages beside `package` whose use the rows restrict too.
    rows : list of str
        ``"part, part: allowed, allowed"``; ``*`` allows everything.
    """

    type_name = "table"

    package = fields.StringField()
    families = fields.ListField(subfield=fields.StringField())
    everywhere = fields.ListField(subfield=fields.StringField())
    outside = fields.ListField(subfield=fields.StringField())
    rows = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Compare every import of the graph with the rows."""
        table = self._table()
        breaches = []
        for importer in sorted(graph.modules):
            own = self._part(importer, table)
            if own is not None:
                breaches += self._breaches(graph, importer, own, table)
            elif self._within(importer, self.package):
                breaches.append(Breach(importer, None, "stands in no row: give it one"))
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each breach."""
        for breach in check.metadata["breaches"]:
            where = breach.importer if breach.line is None else f"{breach.importer}:{breach.line}"
            output.print_error(f"{where} {breach.rule}", bold=False)
        output.new_line()

    def _breaches(
        self, graph: ImportGraph, importer: str, own: str, table: dict[str, set[str]]
    ) -> list[Breach]:
        """Return the imports of one module that its row does not allow."""
        allowed = table[own]
        if "*" in allowed:
            return []
        targets = [*table, *self._full(self.everywhere), *self._full(self.outside)]
        found = []
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            target = self._part(imported, targets)
            if target is None or target == own or target in allowed:
                continue
            details = graph.get_import_details(importer=importer, imported=imported)
            names = ", ".join(sorted(map(self._short, allowed)))
            rule = f"imports {imported}; {self._short(own)} may import only: {names}"
            found.append(Breach(importer, details[0]["line_number"] if details else None, rule))
        return found

    def _table(self) -> dict[str, set[str]]:
        """Return what each part may import, all as full names."""
        everywhere = set(self._full(self.everywhere))
        table: dict[str, set[str]] = {}
        for parts, allowed in map(self._split, self.rows):
            table.update(dict.fromkeys(parts, everywhere.union(allowed)))
        return table

    def _split(self, row: str) -> tuple[list[str], list[str]]:
        """Return the full names before and after the colon of a row."""
        before, _, after = row.partition(":")
        return self._full(before.split(",")), self._full(after.split(","))

    def _full(self, names: list[str]) -> list[str]:
        """Return names as they are in the graph."""
        as_they_are = {"*", self.package, *self.outside}
        stripped = [name.strip() for name in names if name.strip()]
        return [n if n in as_they_are else f"{self.package}.{n}" for n in stripped]

    def _short(self, name: str) -> str:
        return name.removeprefix(f"{self.package}.")

    def _part(self, module: str, parts: Iterable[str]) -> str | None:
        """Return the most specific part that a module belongs to.

        The package is a part of one module, its ``__init__``: it holds no other.
        """
        for (part,), members in map(self._split, self.families):
            if module in members:
                module = part
        held = {p for p in parts if self._within(module, p) and (p != self.package or p == module)}
        return max(held, key=len, default=None)

    @staticmethod
    def _within(module: str, part: str) -> bool:
        return module == part or module.startswith(f"{part}.")
