"""What the view of a table's models shows, as parameters only."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import param

from gatesweep.settings import checked
from gatesweep.tables.models import Models

__all__ = ["LINKED", "ORDERS", "TableState"]

ORDERS = {
    "name": "name",
    "estimate, from below": "estimate",
    "estimate, from above": "-estimate",
    "interval, narrow first": "width",
    "interval, wide first": "-width",
    "rows, most first": "-rows",
    "rows, fewest first": "rows",
    "without an estimate first": "trouble",
}
"""How groups are sorted, by what the screen calls it."""
MAX_TEXT = 1000


class TableState(param.Parameterized):
    """A coefficient of all groups, and one group."""

    coefficient = param.String("", doc="The coefficient whose estimates are on show, one for each group.")
    C = param.Number(1.0, bounds=(0, None), inclusive_bounds=(False, True), doc="Inverse strength of the penalty.")
    order = param.Selector(default="name", objects=list(ORDERS.values()), doc="How the groups are sorted.")
    find = param.String("", doc="Only groups whose name has this in it, large or small letters.")
    page = param.Integer(1, bounds=(1, 10**9), doc="The page of the groups.")
    group = param.String("", doc="The group whose model and rows are on show.")

    @classmethod
    def check(cls, name: str, value: Any) -> Any:
        """As that of `Settings`, for these parameters."""
        return checked(cls, name, value)

    def completed(self, values: Mapping[str, Any], models: Models) -> tuple[dict[str, Any], list[str]]:
        """The whole state that a link asks for, and complaints: what the models have not is as it was at first."""
        usual, complaints = first_state(models), []
        state = usual | dict(values)
        for name, known in (("coefficient", set(models.coefficients)), ("group", {*models.groups.tolist(), ""})):
            if state[name] not in known:
                complaints.append(f"The link has a {name} that is not in this table.")
                state[name] = usual[name]
        if not (models.C == state["C"]).any():
            state["C"] = usual["C"]
        state["find"] = state["find"][:MAX_TEXT]
        return state, complaints


LINKED = ("coefficient", "C", "order", "find", "page", "group")
"""Parameters that belong in a link."""


def first_state(models: Models) -> dict[str, Any]:
    """What is on show when the models are opened: the first coefficient; the middle C; the whole table if it is one."""
    state = {name: TableState.param[name].default for name in LINKED}
    if np.isfinite(models.C).any():
        state["C"] = float(models.C[len(models.C) // 2])
    return state | {"coefficient": models.coefficients[0]}
