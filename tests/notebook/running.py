"""Notebooks of `apps`, run in a kernel of their own."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "apps"


def ran(name: str, folder: Path) -> nbformat.NotebookNode:
    """The notebook after a run there: an exception in any cell is one here."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def cell(notebook: nbformat.NotebookNode, beginning: str) -> nbformat.NotebookNode:
    """The one code cell that begins so."""
    (found,) = [c for c in notebook.cells if c.cell_type == "code" and c.source.startswith(beginning)]
    return found


def text(node: nbformat.NotebookNode) -> str:
    """What a cell printed and returned, as plain text."""
    return "".join(o.get("text", "") or o.get("data", {}).get("text/plain", "") for o in node.outputs)


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """What its cells wrote to stderr."""
    return [o.text for c in notebook.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]


def assert_kept_without_outputs(name: str) -> None:
    stored = nbformat.read(NOTEBOOKS / name, as_version=4)
    nbformat.validate(stored)
    assert not any(c.outputs or c.execution_count for c in stored.cells if c.cell_type == "code")
