"""What the Lab's views may ask of it: its parameters, and what a visitor can do."""

from abc import abstractmethod
from typing import Any

import param

from gatesweep.app.lab.model import Population, Run
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.own_model import Resampled
from gatesweep.app.lab.state import LabState, numbers_of
from gatesweep.app.player import Playing

__all__ = ["Commands"]


class Commands(Playing, LabState):
    """The Lab as its views know it."""

    fit: Run = param.Parameter(None, precedence=-1, doc="The training run on show (gatesweep.app.lab.model.Run).")
    population: Population | Resampled | None = param.Parameter(
        None,
        precedence=-1,
        doc="The same settings under 200 seeds (or 200 first weights), once trained; of own rows 200 refits.",
    )

    refused: dict[str, str] = param.Dict(
        {}, precedence=-1, doc="Settings that could not be shown, each with what is wrong; the last good ones are."
    )

    pen = param.Selector(default=1, objects=[0, 1], precedence=-1, doc="The class of the points that are drawn.")
    tool = param.Selector(
        default="point",
        objects=["point", "cloud", "erase"],
        precedence=-1,
        doc="What a tap on the plane does: adds a point or a cloud of 20, or takes one away. A drag moves a point.",
    )
    spread = param.Number(
        0.2, bounds=(0.01, 1), step=0.01, precedence=-1, doc="Standard deviation of a cloud, as the gates' noise level."
    )

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """What a model is made of here; see `numbers_of`."""
        return numbers_of(self.hidden_units, self.features)

    @property
    def over(self) -> str:
        """What the 200 others differ in: one neuron starts from the same weights whatever its init_seed is."""
        return self.others if self.hidden_units else "seed"

    @abstractmethod
    def open(self, **settings: Any) -> None:
        """Show the model with these settings, as trained."""

    @abstractmethod
    def open_quantile(self, share: float) -> None:
        """Show the seed at this quantile of the population's exact accuracies (0 the worst, 1 the best)."""

    @abstractmethod
    def flip(self, x1: int, x2: int) -> None:
        """Turn the gate's output at one corner around; the gate's name follows."""

    @abstractmethod
    def edit(self, own: Own, gesture: Any = None) -> None:
        """Show other own rows; `undo` goes back to those of now. Edits of one gesture are undone together."""

    @abstractmethod
    def undo(self) -> None:
        """The own rows before the last edit."""

    @abstractmethod
    def redo(self) -> None:
        """The own rows before the last undo."""

    @abstractmethod
    def take_gate_rows(self) -> None:
        """Make the gate's rows own ones, to edit."""

    @property
    @abstractmethod
    def can_undo(self) -> bool:
        """Whether there is an edit to undo."""

    @property
    @abstractmethod
    def can_redo(self) -> bool:
        """Whether an edit was undone."""

    @abstractmethod
    def toggle_pin(self) -> None:
        """Keep the model on show to compare the next ones with; or let go of the one that is kept."""

    @abstractmethod
    def new_draw(self) -> None:
        """The next seed."""

    @abstractmethod
    def teach(self, lesson: int) -> None:
        """Open a lesson, counted from 1; 0 closes it and shows every control."""

    @abstractmethod
    def learn_from_here(self) -> None:
        """Train from the line set by hand, and play it."""
