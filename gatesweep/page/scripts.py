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
    return '(() => {\n"use strict";\n' + "\n".join(EXPORT.sub("", IMPORT.sub("", _read(n))) for n in order) + "})();\n"


def _visit(name: str, order: list[str]) -> None:
    if name in order:
        return
    folder = name.rpartition("/")[0]
    for found in IMPORT.finditer(_read(name)):
        _visit("/".join(filter(None, (folder, found[1].removeprefix("./")))), order)
    order.append(name)


def _read(name: str) -> str:
    return files("gatesweep").joinpath("page", *name.split("/")).read_text(encoding="utf-8")
