"""The network's design against torch's own modules and autograd, and a sweep's nets against the lecture's loop."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from gatesweep.engine.design import DenseDesign, log_loss
from gatesweep.engine.network import ACTIVATIONS, NetworkDesign, n_weights
from tests.test_design import LEVELS, SEEDS, both_designs
from tests.tolerances import TOLERANCE

FLOAT64 = TOLERANCE["float64"]
MODULES = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
BATCH = (len(SEEDS), 2, len(LEVELS))


def as_module(params: torch.Tensor, n_inputs: int, n_units: int, activation: str) -> nn.Sequential:
    """torch's own network with one model's parameters."""
    net = nn.Sequential(nn.Linear(n_inputs, n_units), MODULES[activation](), nn.Linear(n_units, 1)).double()
    lines = params[: n_units * (n_inputs + 1)].reshape(n_units, n_inputs + 1)
    with torch.no_grad():
        net[0].weight.copy_(lines[:, :-1])
        net[0].bias.copy_(lines[:, -1])
        net[2].weight.copy_(params[None, -n_units - 1 : -1])
        net[2].bias.copy_(params[-1:])
    return net


def random_params(shape: tuple[int, ...], n_inputs: int, n_units: int) -> torch.Tensor:
    random = torch.Generator().manual_seed(n_units)
    return torch.randn(*shape, n_weights(n_inputs, n_units), dtype=torch.float64, generator=random)


def dense(shared: bool, weighted: bool) -> DenseDesign:
    random = torch.Generator().manual_seed(1)
    rows = torch.randn(*(() if shared else BATCH), 30, 3, dtype=torch.float64, generator=random)
    rows[..., -1] = 1
    sign = 1.0 - 2.0 * torch.randint(0, 2, (*BATCH, 30), generator=random)
    weight = torch.randint(0, 3, (*BATCH, 30), generator=random).double() if weighted else None
    return DenseDesign(rows, sign, weight)


DESIGNS = {
    "corners": lambda: both_designs(2, "linear")[0],
    "rows": lambda: both_designs(2, "linear")[1],
    "products": lambda: both_designs(2, "interaction")[0],
    "three inputs": lambda: both_designs(3, "linear")[0],
    "shared rows": lambda: dense(True, False),
    "weighted rows": lambda: dense(False, True),
}


@pytest.mark.parametrize("n_units", [1, 2, 5])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", DESIGNS)
def test_logits_and_pull_back_are_torchs(kind, activation, n_units):
    inputs = DESIGNS[kind]()
    plain = both_designs(3 if kind == "three inputs" else 2, "interaction" if kind == "products" else "linear")[1]
    rows, sign = (inputs.rows, inputs.sign) if isinstance(inputs, DenseDesign) else (plain.rows, plain.sign)
    weight = 1.0 if inputs.sample_weight is None else inputs.sample_weight
    d, design = inputs.n_params - 1, NetworkDesign(inputs, n_units, activation)
    params = random_params(BATCH, d, n_units).requires_grad_()
    X = rows.expand(*BATCH, *rows.shape[-2:])[..., :-1]
    outputs = []
    for place in torch.cartesian_prod(*map(torch.arange, BATCH)).tolist():
        s, g, r = place
        net = as_module(params[s, g, r], d, n_units, activation)
        named = {"0.weight": params[s, g, r, : n_units * (d + 1)].reshape(n_units, d + 1)[:, :-1]}
        named["0.bias"] = params[s, g, r, : n_units * (d + 1)].reshape(n_units, d + 1)[:, -1]
        named |= {"2.weight": params[s, g, r, None, -n_units - 1 : -1], "2.bias": params[s, g, r, -1:]}
        outputs.append(torch.func.functional_call(net, named, X[s, g, r])[:, 0])
    expected = torch.stack(outputs).reshape(*BATCH, -1) * sign
    (log_loss(expected) * weight).sum().backward()
    with torch.no_grad():
        logits, pull_back = design.vjp(params)
        assert_close(logits, expected, **FLOAT64)
        assert_close(design.logits(params), expected, **FLOAT64)
        assert_close(pull_back(torch.sigmoid(logits)), params.grad, atol=1e-10, rtol=1e-10)
        index = torch.tensor([5, 0, 17])
        assert_close(design.take(index).logits(params), expected[..., index], **FLOAT64)
