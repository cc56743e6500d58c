"""ES modules joined into one classic script, so that a page opens from a file without a server.

Browsers refuse to load modules over ``file://``. The modules of this package are written so that
joining them is simple: named imports of their neighbours, named exports, nothing else. Each becomes
a function that is called once, after those that it imports, and gives back what it exports.

A module in a folder adds itself to what its folder holds, as each kind of layer does: nobody has to
import it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

_IMPORT = re.compile(
    r'^import\s*\{([^}]*)\}\s*from\s*"(\.{1,2}/[\w/-]+)\.js";[ \t]*\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const)\s+([\w$]+))", re.MULTILINE)
# In a page these would end the script, or begin what HTML calls an escaped one.
_UNSAFE = re.compile(r"</script|<!--", re.IGNORECASE)


def bundle(sources: Mapping[str, str], entry: str) -> str:
    """Join modules into one strict script that leaves nothing among the page's global names.

    `sources` are their texts by name, "ops" or "layers/conv2d"; those in folders come first, and
    `entry` is run with all that it imports. ValueError if a module is missing or imports itself in
    a circle, if a name is imported but not exported, or for imports or exports of another form.
    """
    order: list[str] = []
    kinds = sorted(name for name in sources if "/" in name)
    for name in (*kinds, entry):
        _visit(name, sources, order, ())
    parts = [_function(name, sources[name]) for name in order]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def read(folder: Path) -> dict[str, str]:
    """Read all modules of a folder and the folders in it, by name."""
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.js"))
    }


def _visit(name: str, sources: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    """Append a module after those that it imports."""
    if name in order:
        return
    if name in above:
        raise ValueError(f"modules import one another in a circle: {' > '.join((*above, name))}")
    if name not in sources:
        raise ValueError(
            f"{above[-1] if above else 'the page'} imports {name}.js, which is not there"
        )
    for names, path in _IMPORT.findall(sources[name]):
        module = _module(name, path)
        _visit(module, sources, order, (*above, name))
        exported = set(_EXPORT.findall(sources[module]))
        for wanted, _ in _names(names):
            if wanted not in exported:
                raise ValueError(f"{name}.js imports {wanted}, which {module}.js does not export")
    order.append(name)


def _names(listed: str) -> list[tuple[str, str]]:
    """Read ``a, b as c`` as what is exported and what it is called here."""
    parts = [part.split() for part in listed.split(",") if part.strip()]
    return [(words[0], words[-1]) for words in parts]


def _function(name: str, source: str) -> str:
    """Write a module as a function that is called where it stands."""
    exported = _EXPORT.findall(source)
    text = _EXPORT.sub(
        "", _IMPORT.sub(lambda match: _taken(match[1], _module(name, match[2])), source)
    )
    if left := re.search(r"^(?:import|export)\b.*", text, re.MULTILINE):
        raise ValueError(
            f'{name}.js has {left[0]!r}: write `import {{ a, b }} from "./c.js";` and '
            "`export function`, `export class` or `export const`"
        )
    if unsafe := _UNSAFE.search(text):
        raise ValueError(f"{name}.js holds {unsafe[0]!r}, which a script inside a page must not")
    return (
        f"// {name}.js\nconst {_variable(name)} = (() => {{\n{text}"
        f"return {{ {', '.join(exported)} }};\n}})();\n"
    )


def _taken(names: str, module: str) -> str:
    taken = (f"{a}: {b}" if a != b else a for a, b in _names(names))
    return f"const {{ {', '.join(taken)} }} = {_variable(module)};\n"


def _module(name: str, path: str) -> str:
    """The name of the module that another one imports by a path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)
