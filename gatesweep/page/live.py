"""What the page may train: a solver each, with the values that its controls offer, and what its links may say."""

from dataclasses import asdict
from typing import Any

import param

from gatesweep.app.explorer.cost import MAX_MODELS
from gatesweep.app.explorer.state import COMPARE, LINKED, SHARED, SLICES, ExplorerState
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.state import OWN, PAIRS, SETTINGS, TRAINED_NETWORK, TRAINING, VIEW, LabState
from gatesweep.codec import to_json
from gatesweep.engine.solvers import solver_class
from gatesweep.gates import GATE_MENU
from gatesweep.page.pack import dimension
from gatesweep.plots.labels import label, short_label
from gatesweep.results.measures import MEASURES, TEST_NOISE
from gatesweep.results.statistics import STATISTICS
from gatesweep.settings import Settings, describe
from gatesweep.tables.labelled import BUILT_IN, built_in

__all__ = ["address_data", "explorer_data", "live_entries"]

LEVELS = tuple(round(0.01 * i, 2) for i in range(101))
SIZES = (20, 40, 60, 80, *range(100, 1001, 100))
STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 10000.0, float("inf"))
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 1000.0)
EPOCHS = (1, 2, 5, 10, 20, 30, 50, 100, 200)
BATCH_SIZES = (1, 4, 16, 32, 64, 128, 256, 500)
FIRST = {"auto": "automatic", "ones": "A: all ones", "linear": "B: nn.Linear", "population": "of infinitely many rows",
         "hand": "set by hand"}  # fmt: skip
"""What training starts from, as the menu calls it."""
FEATURES = {"linear": "x₁, x₂", "interaction": "x₁, x₂, x₁x₂"}

OFFERED: dict[str, tuple] = {
    "gate": GATE_MENU,
    "noise_level": LEVELS,
    "num_samples": SIZES,
    "seed": (42,),
    "hidden_units": tuple(range(Settings.param["hidden_units"].bounds[1] + 1)),
    "activation": tuple(Settings.param["activation"].objects),
    "features": tuple(FEATURES),
    "C": STRENGTHS,
    "learning_rate": RATES,
    "epochs": EPOCHS,
    "batch_size": BATCH_SIZES,
    "init": tuple(FIRST),
    "init_seed": (None,),
}
"""Values of each control; a number from a link joins them."""
MORE: dict[str, dict[str, Any]] = {"seed": {"number": [0, 2**32 - 1]}, "init_seed": {"number": [0, 2**32 - 1]},
        "init": {"texts": FIRST}, "features": {"texts": FEATURES},
        "hidden_units": {"label": "Hidden neurons"}}  # fmt: skip
SOLVERS = ("newton", "sgd", "adam")
"""What the page's engine has."""
UNUSED = {"newton": {"activation", "learning_rate", "epochs", "batch_size"}, "sgd": {"C"}, "adam": {"C"}}
COMPARED = {"none": "nothing else"} | {name: short_label(name) for name in COMPARE if name != "none"}
GRID: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "gate": ("Gates", GATE_MENU, {}),
    "noise_level": ("Noise level", ExplorerState.param["noise_level"].softbounds,
                    {"step": ExplorerState.param["noise_level"].step}),
    "noise_count": ("Noise levels", range(2, 102), {}),
    "seed_count": ("Seeds", range(1, 201), {}),
    "num_samples": ("Rows", SIZES, {}),
    "features": ("Features", FEATURES, {"texts": FEATURES}),
    "hidden_units": ("Hidden neurons", OFFERED["hidden_units"], {}),
    "activation": ("Activation", OFFERED["activation"], {}),
    "solver": ("Solver", SOLVERS, {"texts": {name: solver_class(name).label for name in SOLVERS}}),
    "C": ("C (inverse penalty)", STRENGTHS, {}),
    "learning_rate": ("Learning rate", RATES, {}),
    "epochs": ("Epochs", EPOCHS, {}),
    "record": ("Record", ("none", "epoch"),
               {"texts": {name: f"Record every {solver_class(name).unit}" for name in SOLVERS}}),
    "compare": ("Compare also", COMPARED, {"texts": COMPARED}),
    "compare_values": ("Values", (), {"usual": COMPARE}),
    "also": ("And", COMPARED, {"texts": COMPARED}),
    "also_values": ("Values", (), {"usual": COMPARE}),
}  # fmt: skip
"""The Explorer's controls in the app's order: label, values, and what a control needs besides."""
NOT_HERE = ("dtype",)
"""What the page's Lab has not: its engine computes in float64."""
UNSEEN = ("C", "train_seed", "split", "max_iter")
"""Settings that a link may carry where no control shows them."""


def live_entries() -> list[dict[str, Any]]:
    """One entry for each solver: its label, its remedy, what it calls an epoch, and its controls."""
    return [
        {
            "label": solver_class(name).label,
            "remedy": solver_class(name).remedy,
            "unit": solver_class(name).unit,
            "dims": [
                dimension(control, values) | MORE.get(control, {})
                for control, values in OFFERED.items()
                if control not in UNUSED[name]
            ],
            "constants": {"solver": name},
        }
        for name in SOLVERS
    ]


def address_data() -> dict[str, Any]:
    """The Lab's state: what everything is when nobody has touched it, and what a link may say."""
    declared, names = LabState.param, [name for name in (*SETTINGS, *VIEW) if name not in NOT_HERE]
    return {
        "usual": {name: to_json(declared[name].default) for name in names if name != "own"}
        | {"own": Own.of([], []).text},
        "rules": {name: _rule(declared[name]) for name in names},
        "settings": [name for name in (*SETTINGS, *OWN) if name not in NOT_HERE],
        "more": UNSEEN,
        "training": TRAINING,
        "pairs": PAIRS,
        "network": TRAINED_NETWORK,
        "ranges": {name: declared[name].softbounds for name in ("w1", "w2", "w3", "intercept")},
    }


def explorer_data() -> dict[str, Any]:
    """The Explorer's state, and the words of its measures and axes."""
    declared, names = ExplorerState.param, [name for name in LINKED if name != "dtype"]
    return {
        "usual": {name: to_json(declared[name].default) for name in names},
        "rules": {name: _rule(declared[name]) for name in names},
        "shared": [name for name in SHARED if name != "dtype"],
        "compare": COMPARE,
        "must": {name: _must(name) for name in COMPARE if name != "none"},
        "most_models": MAX_MODELS,
        "slices": {f"This model, {words}": name for words, name in SLICES.items()},
        "dims": [
            {"name": name, "label": title, "doc": declared[name].doc, "values": list(map(to_json, values))} | more
            for name, (title, values, more) in GRID.items()
        ],
        "measures": {
            name: {"label": one.label, "kind": one.kind, "doc": one.doc}
            for name, one in MEASURES.items()
            if name != "n_iter"
        },
        "statistics": STATISTICS,
        "runs": declared.run.objects,
        "names": {name: label(name) for name in (*Settings.param, TEST_NOISE)},
    }


def _must(name: str) -> tuple[str, str]:
    """What a value of a compared parameter must be, and what it is by itself."""
    declared = Settings.param[name]
    return f"{short_label(name)} must be {describe(declared)}", f"The default is {declared.default!r}"


def _table(name: str) -> dict[str, Any]:
    """A table that the page brings along, as page/table.js has it."""
    label, _, start = BUILT_IN[name]
    columns = [(column, values.tolist()) for column, values in built_in(name).frame.items()]
    return {"name": name, "label": label, "columns": columns, "start": asdict(start)}


def _rule(declared: param.Parameter) -> dict[str, Any]:
    """A declaration as the page checks a link against it."""
    none = {"none": True} if declared.allow_None else {}
    if isinstance(declared, param.Boolean):
        return {"kind": "flag"}
    if isinstance(declared, param.ClassSelector) and declared.class_ is Own:
        return {"kind": "own", "tables": [_table(name) for name in BUILT_IN]}
    if isinstance(declared, param.List) and not isinstance(declared, param.ListSelector):
        return {"kind": "numbers", "most": declared.bounds[1]}
    if isinstance(declared, param.ListSelector):
        return {"kind": "list", "choices": declared.objects}
    if isinstance(declared, param.Selector):
        return {"kind": "choice", "choices": declared.objects} | none
    if isinstance(declared, param.Range | param.Number):
        low, high = declared.bounds or (None, None)
        kind = "range" if isinstance(declared, param.Range) else "number"
        whole = {"whole": True} if isinstance(declared, param.Integer) else {}
        open_ = {} if declared.inclusive_bounds[0] else {"open": True}
        return {"kind": kind, "low": low, "high": high} | whole | open_ | none
    return {"kind": "text"}
