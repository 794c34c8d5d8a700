"""What is shown, to take away: the data, the picture, and the code and the command that make it again."""

import io
import tempfile
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
import xarray as xr
from bokeh.plotting import figure

from gatesweep.app import code
from gatesweep.app.compat import file_button, save_figures
from gatesweep.app.explain import explain_class
from gatesweep.app.explorer.commands import Commands
from gatesweep.app.explorer.state import ExplorerState
from gatesweep.app.theme import FONT
from gatesweep.experiment import Experiment
from gatesweep.plots.picture import Picture
from gatesweep.results.files import write_netcdf

__all__ = ["as_csv", "as_netcdf", "as_python", "downloads"]


def as_csv(picture: Picture) -> str:
    """The numbers of the picture: one line a cell, limits beside."""
    return picture.frame.to_dataframe().to_csv()


def as_netcdf(dataset: xr.Dataset) -> bytes:
    """The whole sweep."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.nc"
        write_netcdf(dataset, path)
        return path.read_bytes()


def as_python(experiment: Experiment, state: ExplorerState, picture: Picture | None = None) -> str:
    """A script that makes the data of the picture; before there is one, of the picture that is asked for."""
    axes: dict[str, Any] = {"x": state.x, "y": state.y, "panel": state.panel}
    if picture is not None:
        # The sweep may not have the axes that are asked for.
        shown = {"x": picture.x, "y": picture.y, "panel": picture.panel}
        axes = {name: axis.name if axis else "" for name, axis in shown.items()} | {"at": picture.at}
    view = "".join(f", {name}={code.literal(value)}" for name, value in axes.items() if value)
    return code.as_python(
        experiment,
        f"picture = summary(ds, {state.measure!r}, {state.statistic!r}{view})\n"
        "picture.to_dataframe().to_csv('gatesweep.csv')\n"
        "plots.heatmap(picture) + plots.curves(picture)\n",
        imports="from gatesweep import plots\nfrom gatesweep.results.statistics import summary\n",
    )


def downloads(explorer: Commands, figures: tuple[figure, figure]) -> pn.Row:
    """Buttons for all of them."""

    def script() -> io.StringIO:
        command = code.as_command(explorer.shown, out="sweep.nc")
        python = as_python(explorer.shown, explorer, explorer.picture)
        return io.StringIO(f'"""Also from a terminal:\n\n{command}\n"""\n\n{python}')

    look = {"size": "small", "margin": (8, 0)}
    files: dict[str, tuple[str, Any]] = {
        "CSV": ("gatesweep.csv", lambda: io.StringIO(as_csv(explorer.picture or Picture.blank()))),
        "NetCDF": ("sweep.nc", lambda: io.BytesIO(as_netcdf(explorer.dataset))),
        "Python": ("gatesweep_sweep.py", script),
    }
    buttons = [file_button(label, name, make, **look) for label, (name, make) in files.items()]
    for kind in ("png", "svg"):
        button = pmui.Button(label=kind.upper(), variant="text", **look)
        button.js_on_click(code=save_figures(figures, kind, FONT))
        buttons.append(button)
    return pn.Row(*buttons, margin=0, css_classes=[explain_class("download")])
