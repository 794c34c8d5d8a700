"""The model on show, to take along: a few lines of NumPy, scikit-learn or PyTorch alone, and its rows as CSV."""

import numpy as np

from gatesweep.app.lab.model import Run, Shown
from gatesweep.app.lab.own_rows import OwnRows
from gatesweep.engine.solvers.protocol import Status
from gatesweep.grids.model import Rows
from gatesweep.lecture import n_rows
from gatesweep.models import Model, Network, Neuron

__all__ = ["as_csv", "as_plain"]

TRAINED = (Status.converged.name, Status.redundant.name)
"""Where newton has found the optimum, which scikit-learn finds too."""


def as_plain(run: Run, shown: Shown, epoch: int, by_hand: bool) -> str:
    """A script that draws the same rows and trains the same model up to this epoch.

    Args:
        run: trained here, from its first values; of a sweep that recorded no steps it has none.
    """
    data = _rows(_of_gate(run))
    if by_hand:
        return data + _by_hand(shown.model)
    return data + (_newton(run, epoch) if "C" in _of_gate(run).experiment.solver.uses else _descent(run, epoch))


def _of_gate(run: Run) -> Rows:
    """Its rows, which are a gate's: own ones have a script of their own."""
    assert isinstance(run.rows, Rows)
    return run.rows


def as_csv(shown: Shown) -> str:
    """Its rows with their labels, their part, and what the model says of them."""
    rows = shown.rows
    part = np.where(rows.is_test, "test", "train")
    X = rows.own.X if isinstance(rows, OwnRows) else rows.X
    columns = (*X.T, rows.y, part, shown.probability, shown.loss)
    lines = (",".join(map(str, line)) for line in zip(*(column.tolist() for column in columns), strict=True))
    return "\n".join(["x1,x2,y,part,p,loss", *lines, ""])


def _rows(rows: Rows) -> str:
    experiment = rows.experiment
    n = n_rows(experiment.grid["num_samples"][0])
    text = f"""import numpy as np

np.random.seed({experiment.grid["seed"][0]})
order = np.arange({n})
corners = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], {n // 4}, axis=0)
X = corners + np.random.normal(0, {rows.noise_level!r}, ({n}, 2))
y = np.repeat({list(rows.gate.truth)}, {n // 4})
np.random.shuffle(order)
X, y = X[order], y[order]
"""
    return text + ("X = np.column_stack([X, X[:, 0] * X[:, 1]])\n" if rows.features == "interaction" else "")


def _by_hand(model: Model) -> str:
    if isinstance(model, Network):
        return _network_by_hand(model)
    assert isinstance(model, Neuron)
    return f"""
weight, intercept = np.array({model.weight.tolist()}), {float(model.intercept)!r}
p = 1 / (1 + np.exp(-(X @ weight + intercept)))
print(weight, intercept, "accuracy", np.mean((p >= 0.5) == (y == 1)))
"""


_IN_NUMPY = {"sigmoid": "1 / (1 + np.exp(-z))", "tanh": "np.tanh(z)", "relu": "np.maximum(z, 0)"}
_IN_TORCH = {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU"}


def _network_by_hand(model: Network) -> str:
    return f"""
hidden_weight, hidden_intercept = np.array({model.hidden_weight.tolist()}), np.array({model.hidden_intercept.tolist()})
weight, intercept = np.array({model.output_weight.tolist()}), {float(model.intercept)!r}
z = X @ hidden_weight.T + hidden_intercept
hidden = {_IN_NUMPY[model.activation]}
p = 1 / (1 + np.exp(-(hidden @ weight + intercept)))
print(weight, intercept, "accuracy", np.mean((p >= 0.5) == (y == 1)))
"""


def _newton(run: Run, epoch: int) -> str:
    rows = _of_gate(run)
    [C] = rows.experiment.grid["C"]
    number = 'float("inf")' if np.isinf(C) else repr(C)
    notes = [
        (run.status not in TRAINED, "Here it stops elsewhere: there is no optimum to find, or it was not reached."),
        (epoch < run.last_epoch, "The epoch on show was on the way to this one."),
        (len(np.unique(rows.y[rows.train])) < 2, "scikit-learn refuses rows of one class; newton does not."),
    ]
    said = "".join(f"# {note}\n" for holds, note in notes if holds)
    return f"""
from sklearn.linear_model import LogisticRegression
{_split(rows)}
{said}model = LogisticRegression(C={number}, tol=1e-10, max_iter=10_000).fit(X[train], y[train])
weight, intercept = model.coef_[0], model.intercept_[0]
print(weight, intercept, "test accuracy", model.score(X[test], y[test]))
"""


def _split(rows: Rows) -> str:
    """Lines that give the row numbers `train` and `test`."""
    n, seed, split = len(rows.y), rows.experiment.fixed["train_seed"], rows.experiment.split
    if split == "torch":
        return f"""import torch

torch.manual_seed({seed})
train, test = (part.indices for part in torch.utils.data.random_split(range({n}), [0.8, 0.2]))
"""
    by_corner = f", stratify=order // {n // 4}" if split == "stratified" else ""
    return f"""from sklearn.model_selection import train_test_split

train, test = train_test_split(np.arange({n}), test_size=0.2, random_state={seed}{by_corner})
"""


def _descent(run: Run, epoch: int) -> str:
    rows = _of_gate(run)
    experiment, n = rows.experiment, len(rows.y)
    fixed = experiment.fixed
    seed, kind = fixed["train_seed"], {"sgd": "SGD", "adam": "Adam"}[fixed["solver"]]
    split = _split(rows)
    if experiment.split != "torch":
        # The mini-batches come from the same stream, wherever the split comes from.
        split += f"import torch\n\ntorch.manual_seed({seed})\ntorch.randperm({n})  # as random_split draws\n"
    parameters, logit = ("net.parameters()", "net({})[:, 0]") if run.model.hidden_units else ("[w, b]", "{} @ w + b")
    found = (
        "net[2].weight[0].detach().numpy(), net[2].bias.item()"
        if run.model.hidden_units
        else ("w.detach().numpy(), b.item()")
    )
    return f"""
{split}X, y = torch.tensor(X, dtype=torch.{fixed["dtype"]}), torch.tensor(y, dtype=torch.{fixed["dtype"]})
{_first(run)}
rows = torch.utils.data.TensorDataset(X[train], y[train])
loader = torch.utils.data.DataLoader(rows, batch_size={fixed["batch_size"]}, shuffle=True)
tests = torch.utils.data.DataLoader(range(1))  # opening it takes a number from torch's stream, as the lecture does
optimizer = torch.optim.{kind}({parameters}, lr={experiment.grid["learning_rate"][0]!r})
for epoch in range({epoch}):
    for x, label in loader:
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits({logit.format("x")}, label).backward()
        optimizer.step()
    iter(tests)
weight, intercept = {found}
print(weight, intercept, "test accuracy", (({logit.format("X[test]")} >= 0) == (y[test] == 1)).double().mean().item())
"""


def _first(run: Run) -> str:
    """Lines that give the first weights: `w` and `b`, or of a network `net`."""
    experiment, first = _of_gate(run).experiment, run.models[0]
    dtype = experiment.fixed["dtype"]
    if isinstance(first, Network):
        return _first_network(run, first)
    features = len(first.direct)
    if experiment.init != "linear":
        w, b = first.direct.tolist(), float(first.intercept)
        return (
            f"w = torch.tensor({w}, dtype=torch.{dtype}, requires_grad=True)\n"
            f"b = torch.tensor({b!r}, dtype=torch.{dtype}, requires_grad=True)"
        )
    [init_seed] = experiment.grid["init_seed"]
    layer = f"layer = torch.nn.Linear({features}, 1)"
    if init_seed is not None:
        layer = f"with torch.random.fork_rng():\n    torch.manual_seed({init_seed})\n    {layer}"
    return (
        f"{layer}\n"
        f"w = layer.weight[0].detach().to(torch.{dtype}).requires_grad_()\n"
        f"b = layer.bias[0].detach().to(torch.{dtype}).requires_grad_()"
    )


def _first_network(run: Run, first: Network) -> str:
    """Lines that give `net`: as torch makes its layers, or with other weights at first."""
    rows = _of_gate(run)
    [init_seed] = rows.experiment.grid["init_seed"]
    is_drawn = rows.batch.models.init == "linear"
    sizes = first.hidden_weight.shape[1], first.hidden_units, first.hidden_units
    layers = "torch.nn.Linear({}, {}), torch.nn.{}(), torch.nn.Linear({}, 1)"
    layers = layers.format(*sizes[:2], _IN_TORCH[first.activation], sizes[2])
    lines = f"net = torch.nn.Sequential({layers}).to(torch.{rows.experiment.fixed['dtype']})\n"
    if not is_drawn or init_seed is not None:
        # What it takes from torch's stream would be missing from the mini-batches.
        lines = f"with torch.random.fork_rng():\n    torch.manual_seed({init_seed or 0})\n    {lines}"
    if not is_drawn or not np.array_equal(rows.batch.first.ravel(), first.params.astype(np.float32)):
        parts = first.hidden_weight, first.hidden_intercept, first.output_weight, first.intercept
        values = [value for part in parts for value in np.ravel(part).tolist()]
        lines += f"values = torch.tensor({values}, dtype=torch.{rows.experiment.fixed['dtype']})\n"
        lines += "torch.nn.utils.vector_to_parameters(values, net.parameters())\n"
    return lines.rstrip()
