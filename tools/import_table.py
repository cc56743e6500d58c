"""The import table as a contract of import-linter.

Import-linter's own contracts say what is forbidden; the project's rule says what is allowed, part
by part. The rows stand in pyproject.toml, and ``lint-imports`` checks them.
"""

from __future__ import annotations

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
    everywhere : list of str
        Parts that every module may import.
    outside : list of str
        Packages beside `package` whose use the rows restrict too.
    rows : list of str
        ``"part, part: allowed, allowed"``; ``*`` allows everything.
    """

    type_name = "table"

    package = fields.StringField()
    everywhere = fields.ListField(subfield=fields.StringField())
    outside = fields.ListField(subfield=fields.StringField())
    rows = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Compare every import of the graph with the rows."""
        table = self._table()
        parts = [*table, *self._full(self.everywhere), *self._full(self.outside)]
        breaches = []
        for importer in sorted(graph.modules):
            if self._within(importer, self.package) or importer in table:
                own = self._part(importer, list(table))
                if own is None:
                    breaches.append(Breach(importer, None, "stands in no row: give it one"))
                    continue
                breaches += self._breaches(graph, importer, own, table[own], parts)
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each breach."""
        for breach in check.metadata["breaches"]:
            where = breach.importer if breach.line is None else f"{breach.importer}:{breach.line}"
            output.print_error(f"{where} {breach.rule}", bold=False)
        output.new_line()

    def _breaches(
        self, graph: ImportGraph, importer: str, own: str, allowed: set[str], parts: list[str]
    ) -> list[Breach]:
        """Return the imports of one module that its row does not allow."""
        if "*" in allowed:
            return []
        found = []
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            target = self._part(imported, parts)
            if target is None or target == own or target in allowed:
                continue
            details = graph.get_import_details(importer=importer, imported=imported)
            names = ", ".join(sorted(map(self._short, allowed)))
            rule = f"imports {imported}; {self._short(own)} may import only: {names}"
            found.append(Breach(importer, details[0]["line_number"] if details else None, rule))
        return found

    def _table(self) -> dict[str, set[str]]:
        """Return what each part may import, all as full names."""
        table = {}
        for row in self.rows:
            parts, _, allowed = row.partition(":")
            names = {*self._full(allowed.split(",")), *self._full(self.everywhere)}
            table.update(dict.fromkeys(self._full(parts.split(",")), names))
        return table

    def _full(self, names: list[str]) -> list[str]:
        """Return names as they are in the graph."""
        as_they_are = {"*", self.package, *self.outside}
        stripped = [name.strip() for name in names if name.strip()]
        return [n if n in as_they_are else f"{self.package}.{n}" for n in stripped]

    def _short(self, name: str) -> str:
        return name.removeprefix(f"{self.package}.")

    def _part(self, module: str, parts: list[str]) -> str | None:
        """Return the most specific part that holds a module; the package itself holds none."""
        inside = [
            p for p in parts if self._within(module, p) and (p != self.package or p == module)
        ]
        return max(inside, key=len, default=None)

    @staticmethod
    def _within(module: str, part: str) -> bool:
        return module == part or module.startswith(f"{part}.")
