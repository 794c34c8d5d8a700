"""The page's modules as one script: what a bundler does, for modules as plain as ours.

A module may import from its neighbours and export; names are unique over all modules, which Node's
parser checks in a test.
"""

import re
from importlib.resources import files

__all__ = ["bundle"]

IMPORT = re.compile(r"^import\s[^;]*?from\s+\"([^\"]+)\";\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=class|function|const|async)", re.MULTILINE)


def bundle(entry: str) -> str:
    """A module and all that it imports, each once and after what it needs, in one function's scope."""
    order: list[str] = []
    _visit(entry, order)
    return '(() => {\n"use strict";\n' + "\n".join(map(_plain, order)) + "})();\n"


def _plain(name: str) -> str:
    """A module without imports, exports, indentation and lines that are comments: none of ours is inside a string."""
    lines = EXPORT.sub("", IMPORT.sub("", _read(name))).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//"))


def _visit(name: str, order: list[str]) -> None:
    if name in order:
        return
    folder = name.rpartition("/")[0]
    for found in IMPORT.finditer(_read(name)):
        _visit("/".join(filter(None, (folder, found[1].removeprefix("./")))), order)
    order.append(name)


def _read(name: str) -> str:
    return files("gatesweep").joinpath("page", *name.split("/")).read_text(encoding="utf-8")
