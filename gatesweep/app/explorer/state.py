"""What the Explorer shows, as parameters only: the grid that is trained and how it is looked at."""

from collections.abc import Mapping
from typing import Any

import param

from gatesweep.codec import even_levels, read_several, write
from gatesweep.errors import InputError
from gatesweep.experiment import SWEPT, Experiment
from gatesweep.gates import GATE_MENU
from gatesweep.lessons import COMPARISONS
from gatesweep.results.measures import MEASURES, TEST_NOISE
from gatesweep.results.statistics import STATISTICS
from gatesweep.settings import Settings

__all__ = [
    "COMPARE",
    "GRID_NAMES",
    "LINKED",
    "SHARED",
    "SLICES",
    "VIEW_NAMES",
    "ExplorerState",
    "described",
    "fitting_axes",
    "parse_values",
    "slice_of",
]

COMPARE = {
    "none": "",
    "num_samples": "20, 50, 100, 200, 500, 1000, 2000",
    "C": "0.001, 0.01, 0.1, 1, 10, 100, 1000",
    "learning_rate": "0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30",
    "features": "linear, interaction",
    "hidden_units": "1, 2, 3, 4, 8",
    "activation": "sigmoid, tanh, relu",
    "init_seed": "0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
}
"""Parameters that can be swept beside gate, noise level and seed, with the values that each starts with."""


class ExplorerState(Settings):
    """A grid of models and the view of it; `gatesweep.experiment.Settings` holds what all models share."""

    gate = param.ListSelector(default=["AND", "OR", "XOR"], objects=list(GATE_MENU), doc="Truth tables, one row each.")
    noise_level = param.Range(
        (0.0, 1.0), bounds=(0, 1e6), softbounds=(0, 2), step=0.05, doc="Lowest and highest noise level."
    )
    noise_count = param.Integer(21, bounds=(1, 1001), softbounds=(2, 101), doc="How many noise levels.")
    seed = param.Integer(0, bounds=(0, 2**32 - 1), softbounds=(0, 999), doc="The first seed.")
    seed_count = param.Integer(20, bounds=(1, 100_000), softbounds=(1, 200), doc="How many seeds.")
    compare = param.Selector(default="none", objects=list(COMPARE), doc="One more parameter to sweep.")
    compare_values = param.String("", doc="Its values, with commas between.")
    also = param.Selector(default="none", objects=list(COMPARE), doc="And one more.")
    also_values = param.String("", doc="Its values, with commas between.")

    preset = param.Selector(default="three_gates", objects=list(COMPARISONS), doc="A comparison, ready made.")
    measure = param.Selector(default="exact_accuracy", objects=list(MEASURES), doc="What is measured of every model.")
    statistic = param.Selector(default="median", objects=list(STATISTICS), doc="How a cell's models become one number.")
    x = param.String("noise_level", doc="The parameter across the heatmap.")
    y = param.String("gate", doc="The parameter down the heatmap.")
    panel = param.String("", doc="One small heatmap for each value of this parameter; empty for none.")
    at = param.String("", doc="Values of swept parameters that are not on show (gate:XOR,C:1); else their first ones.")
    mark = param.String("", doc="A model whose cell has a frame, by its settings: gate:XOR,noise_level:0.1,seed:7.")
    run = param.Selector(default="median", objects=["median", "best", "worst"], doc="The run that a click opens.")
    epoch = param.Integer(0, bounds=(0, None), doc="The epoch on show where the sweep recorded them.")

    def experiment(self) -> Experiment:
        """The grid that these parameters describe. Raises InputError."""
        if not self.gate:
            raise InputError("a grid needs at least one gate", "none", "Choose one under Gates")
        values: dict[str, Any] = {name: getattr(self, name) for name in SHARED}
        # The decimals that the command line gives 0:1:21, so that both make one experiment.
        low, high = self.noise_level
        levels = even_levels(low, high, self.noise_count)
        values |= {
            "gate": tuple(self.gate),
            # A range without width is one level, however many were asked for.
            "noise_level": tuple(dict.fromkeys(levels)),
            "seed": range(self.seed, self.seed + self.seed_count),
        }
        if self.compare == self.also != "none":
            raise InputError("two compared parameters must differ", self.also, "Choose another one, or nothing else")
        for name, text in ((self.compare, self.compare_values), (self.also, self.also_values)):
            if name != "none":
                values[name] = parse_values(name, text)
        return Experiment.of(**values)

    def usual(self, preset: str) -> dict[str, Any]:
        """The values that everything has when a preset is opened."""
        return {n: self.param[n].default for n in LINKED} | COMPARISONS[preset].settings | {"preset": preset}

    def completed(self, asked: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The whole state that a link asks for, and complaints; what makes no picture is as its preset has it."""
        usual = self.usual(asked.get("preset", self.param.preset.default))
        state, complaints = usual | asked, []
        for axis in ("x", "y", "panel"):
            if state[axis] not in AXES and (axis, state[axis]) != ("panel", ""):
                complaints.append(f"The link has no parameter that could be {axis}.")
                state[axis] = usual[axis]
        try:
            ExplorerState(**state).experiment()
        except InputError as error:
            complaints.append(str(error))
            state |= {name: usual[name] for name in GRID_NAMES}
        return state, complaints


AXES = (*SWEPT, "epoch", TEST_NOISE)
SHARED = tuple(name for name in Settings.param if name not in ("name", "gate", "noise_level", "seed"))
GRID_NAMES = (
    "gate",
    "noise_level",
    "noise_count",
    "seed",
    "seed_count",
    "compare",
    "compare_values",
    "also",
    "also_values",
    *SHARED,
)
"""Parameters that decide which models are trained."""
VIEW_NAMES = ("measure", "statistic", "x", "y", "panel", "at", "mark")
"""Parameters that decide how they are looked at."""
LINKED = ("preset", *GRID_NAMES, *VIEW_NAMES, "run", "epoch")
"""Parameters that belong in a link."""


SLICES = {"every noise level": "noise_level", "other seeds": "seed", "every gate": "gate"}
"""Ways from one model to many, by what the screen calls them."""


def slice_of(settings: Mapping[str, Any], over: str) -> dict[str, Any]:
    """Values of ExplorerState for one model among those that differ from it along one of SLICES, with it marked."""
    level, seed = settings["noise_level"], settings["seed"]
    # Levels among which is the model's own: steps of 0.05, or, where it is none of them, half of what there are.
    is_even = level <= 1 and float(20 * level).is_integer()
    levels = {"noise_level": (0.0, 1.0) if is_even else (0.0, 2 * level), "noise_count": 21}
    own = {"gate": [settings["gate"]], "seed": seed, "seed_count": 1} | levels
    slices: dict[str, dict[str, Any]] = {
        "noise_level": {"seed_count": min(20, 2**32 - seed), "y": "seed"},
        "seed": {
            "gate": list(dict.fromkeys([*ExplorerState.param.gate.default, settings["gate"]])),
            "noise_level": (level, level),
            "noise_count": 1,
            "seed_count": min(50, 2**32 - seed),
            "x": "seed",
        },
        "gate": {"gate": list(GATE_MENU)},
    }
    shared = {name: settings[name] for name in SHARED if name in settings}
    mark = ",".join(f"{name}:{write(settings[name])}" for name in ("gate", "noise_level", "seed"))
    return shared | own | slices[over] | {"mark": mark}


def fitting_axes(x: str, y: str, panel: str, known: tuple[str, ...]) -> tuple[str, str, str]:
    """The wished axes where the sweep has them, else the nearest ones it has; an empty panel is none."""
    preferred = sorted(known, key=lambda d: ("noise_level", "gate").index(d) if d in ("noise_level", "gate") else 2)
    x = x if x in known else preferred[0]
    y = y if y in known and y != x else next(d for d in preferred if d != x)
    return x, y, panel if panel in known and panel not in (x, y) else ""


def described(experiment: Experiment) -> dict[str, Any]:
    """Values of ExplorerState for the grid of a finished sweep, as near as they can come to it."""
    grid = experiment.grid
    values = {name: grid[name][0] if name in grid else experiment.fixed[name] for name in SHARED}
    levels, seeds = grid["noise_level"], grid["seed"]
    values |= {
        # Gates of more inputs can be looked at, but not chosen here.
        "gate": [gate for gate in grid["gate"] if gate in GATE_MENU] or ExplorerState.param.gate.default,
        "noise_level": (min(levels), max(levels)),
        "noise_count": min(len(levels), ExplorerState.param.noise_count.bounds[1]),
        "seed": min(seeds),
        "seed_count": min(len(seeds), ExplorerState.param.seed_count.bounds[1]),
    }
    swept = [name for name in COMPARE if name in experiment.swept]
    for place, name in zip(("compare", "also"), swept, strict=False):
        values |= {place: name, f"{place}_values": ", ".join(map(str, grid[name]))}
    return values | ({"y": swept[0], "panel": "gate"} if swept else {})


def parse_values(name: str, text: str) -> tuple:
    """Values of a swept parameter from "1, 2, 5". Raises InputError."""
    values = read_several(Settings.param[name], text)
    return tuple(values if isinstance(values, list) else [values])
