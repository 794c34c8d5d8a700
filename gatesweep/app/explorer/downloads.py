"""What is shown, to take away: the data, the picture, and the code and the command that make it again."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
import xarray as xr

from gatesweep.app.explorer.picture import Picture
from gatesweep.app.explorer.state import ExplorerState
from gatesweep.app.theme import FONT
from gatesweep.experiment import Experiment
from gatesweep.settings import Settings

__all__ = ["as_command", "as_csv", "as_netcdf", "as_python", "downloads"]

SAVE = (Path(__file__).parent / "save.js").read_text(encoding="utf-8")


def as_csv(picture: Picture) -> str:
    """The numbers of the picture: one line a cell, limits beside."""
    return picture.frame.to_dataframe().to_csv()


def as_netcdf(dataset: xr.Dataset) -> bytes:
    """The whole sweep."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.nc"
        dataset.to_netcdf(path)
        return path.read_bytes()


def _changed(experiment: Experiment) -> dict[str, Any]:
    """The grid, and every fixed parameter that is not at its default."""
    values = {name: experiment.grid[name] for name in experiment.swept}
    once = {name: given[0] for name, given in experiment.grid.items() if name not in values} | experiment.fixed
    return values | {name: value for name, value in once.items() if value != Settings.param[name].default}


def _runs_on(seeds: tuple) -> bool:
    return seeds == tuple(range(seeds[0], seeds[-1] + 1))


def _python(name: str, value: Any) -> str:
    if name == "seed" and _runs_on(value):
        return f"range({value[0]}, {value[-1] + 1})"
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text.replace("inf", 'float("inf")')


def as_python(experiment: Experiment, state: ExplorerState, picture: Picture | None = None) -> str:
    """A script that makes the data of the picture; before there is one, of the picture that is asked for."""
    given = "".join(f"    {name}={_python(name, value)},\n" for name, value in _changed(experiment).items())
    axes: dict[str, Any] = {"x": state.x, "y": state.y, "panel": state.panel}
    if picture is not None:
        # The sweep may not have the axes that are asked for.
        shown = {"x": picture.x, "y": picture.y, "panel": picture.panel}
        axes = {name: axis.name if axis else "" for name, axis in shown.items()} | {"at": picture.at}
    axes = {name: value for name, value in axes.items() if value}
    view = ", ".join(f"{name}={_python(name, value)}" for name, value in axes.items())
    return (
        "import gatesweep as gs\nfrom gatesweep import plots\nfrom gatesweep.results.statistics import summary\n\n"
        f"dataset = gs.sweep(\n{given})\n"
        f"picture = summary(dataset, {state.measure!r}, {state.statistic!r}, {view})\n"
        "picture.to_dataframe().to_csv('gatesweep.csv')\n"
        "plots.heatmap(picture) + plots.curves(picture)\n"
    )


def as_command(experiment: Experiment) -> str:
    """The command line that makes the sweep."""

    def text(name: str, value: Any) -> str:
        if name == "seed" and _runs_on(value):
            return f"{value[0]}:{value[-1] + 1}"
        if not isinstance(value, tuple):
            return str(value)
        # One value alone would be no dimension; the comma makes it one.
        return ",".join(map(str, value)) + ("," if len(value) == 1 else "")

    options = " ".join(f"--{n.replace('_', '-')} {text(n, v)}" for n, v in _changed(experiment).items())
    return f"gatesweep sweep {options} --out sweep.nc"


def downloads(explorer: Any) -> pn.Row:
    """Buttons for all of them."""

    def file(label: str, filename: str, make: Any) -> pmui.FileDownload:
        button = pmui.FileDownload(
            callback=make, filename=filename, label=label, size="small", margin=(8, 0), icon="none"
        )
        # Given to the constructor, it would warn of a name that panel-material-ui itself passes on.
        button.variant = "text"
        return button

    def code() -> io.StringIO:
        script = as_python(explorer.shown, explorer, explorer.picture)
        return io.StringIO(f'"""Also from a terminal:\n\n{as_command(explorer.shown)}\n"""\n\n{script}')

    buttons = [
        file("CSV", "gatesweep.csv", lambda: io.StringIO(as_csv(explorer.picture))),
        file("NetCDF", "sweep.nc", lambda: io.BytesIO(as_netcdf(explorer.dataset))),
        file("Python", "gatesweep_sweep.py", code),
    ]
    for kind in ("png", "svg"):
        button = pmui.Button(label=kind.upper(), size="small", variant="text", margin=(8, 0))
        # By their ids: Panel keeps a script's arguments for ever, and with the figures all of the session.
        figures = explorer.figures.heatmap, explorer.figures.curves
        calls = [f"save({json.dumps([kind, figure.name, figure.id, FONT])})" for figure in figures]
        button.js_on_click(code="\n".join([SAVE, *calls]))
        buttons.append(button)
    return pn.Row(*buttons, margin=0)
