"""What the Explorer's views may ask of it: its parameters, and what a visitor can do."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import param
import xarray as xr

from gatesweep.app.explorer.state import ExplorerState
from gatesweep.app.jobs import Job
from gatesweep.app.player import Playing
from gatesweep.experiment import Experiment
from gatesweep.plots.picture import Picture

__all__ = ["Commands"]


class Commands(Playing, ExplorerState):
    """The Explorer as its views know it."""

    dataset = param.ClassSelector(class_=xr.Dataset, doc="The sweep on show.")
    error = param.String("", doc="Why the grid can't be trained; empty if it can.")
    refused: Mapping[str, str] = {}
    """What of the grid that is asked for cannot be, each parameter with what is wrong."""
    picture: Picture | None = None
    """What is drawn of the sweep."""

    @property
    @abstractmethod
    def shown(self) -> Experiment:
        """The grid on show; before the first picture the one that is asked for. Raises InputError."""

    @property
    @abstractmethod
    def job(self) -> Job | None:
        """The training that waits or runs."""

    @abstractmethod
    def retrain(self, force: bool = False) -> bool:
        """Train the grid that the parameters describe, a long one only with `force`; whether it is trained now."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop training; what was shown stays."""

    @abstractmethod
    def restore(self, values: Mapping[str, Any]) -> None:
        """Show a state that a link carried, trained if its grid is another one."""

    @abstractmethod
    def apply_preset(self, name: str) -> None:
        """Set the grid and the view of a comparison; all other parameters go back to their defaults."""

    @abstractmethod
    def open(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        """Show the median, best or worst model of a cell; its settings."""
