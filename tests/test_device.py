"""The device: which one is taken, that every tensor of a sweep is on it, and that only results leave it."""

from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch._subclasses import FakeTensorMode
from torch._subclasses.fake_tensor import unset_fake_temporarily
from torch.overrides import TorchFunctionMode

import gatesweep as gs
from gatesweep import lecture
from gatesweep.engine.device import as_device, to_host
from gatesweep.engine.solvers.newton import Newton
from gatesweep.engine.solvers.protocol import Status
from gatesweep.grids import batch
from tests.tolerances import TOLERANCE

SOLVERS = ("newton", "sgd", "adam")
GRID = {"gate": ("AND", "XOR", "TRUE"), "noise_level": (0.0, 0.1, 0.4), "seed": (1, 2), "num_samples": 103}
VARIANTS = {
    "plain": {},
    "recorded": {"record": "epoch", "epochs": 3, "max_iter": 9},
    "unpenalised": {"C": (1.0, np.inf), "learning_rate": (0.5, 1e6)},
    "interaction": {"features": ("linear", "interaction"), "init": "linear", "dtype": "float64"},
}


def test_auto_takes_the_accelerator_and_the_cpu_without_one(monkeypatch):
    for cuda, mps, expected in [
        (False, False, "cpu"),
        (False, True, "mps"),
        (True, False, "cuda"),
        (True, True, "cuda"),
    ]:
        monkeypatch.setattr(torch.cuda, "is_available", lambda found=cuda: found)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda found=mps: found)
        assert as_device("auto").type == expected


@pytest.mark.parametrize("name", ["warp", "cuda:99", "mps:-2", ""])
def test_a_device_that_torch_does_not_find_is_refused(name):
    with pytest.raises(gs.InputError, match=r"device must be one that torch finds on this machine.*Use auto or cpu"):
        as_device(name)


def test_to_host_gives_python_numbers_and_numpy_arrays():
    assert to_host(torch.tensor(True)) is True
    assert to_host(torch.tensor([1.5, 2.5])).tolist() == [1.5, 2.5]


# --- every tensor on the device ------------------------------------------------------------------

BY_ATEN = {
    torch.Tensor.__invert__: torch.ops.aten.bitwise_not,
    torch.Tensor.contiguous: torch.ops.aten.contiguous,
}


class FakeDevice(TorchFunctionMode):
    """Python operators by aten operations, and a list of what leaves the device.

    torch's indexing and `~` first make the tensor's device the current one, which only a build with CUDA can.
    """

    def __init__(self):
        super().__init__()
        self.leaving, self.asked = [], count(1)

    def leave(self, func, tensor):
        self.leaving.append(tuple(tensor.shape))
        if func is torch.Tensor.item:
            return bool(next(self.asked) % 6)  # "Is any model running?" Yes, some times.
        return SimpleNamespace(numpy=lambda: np.zeros(tensor.shape, str(tensor.dtype).removeprefix("torch.")))

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func in (torch.Tensor.item, torch.Tensor.cpu) and args[0].device.type == "cuda":
            return self.leave(func, *args)
        if func is torch.Tensor.__getitem__:
            return part(*args)
        if func is torch.Tensor.__setitem__:
            tensor, index, value = args
            if isinstance(index, torch.Tensor) and index.dtype is torch.bool:
                return tensor.masked_fill_(index, value)
            chosen = part(tensor, index)
            return chosen.copy_(value) if isinstance(value, torch.Tensor) else chosen.fill_(value)
        return BY_ATEN.get(func, func)(*args, **(kwargs or {}))


def part(tensor, index):
    """tensor[index] for None, numbers, slices, ... and one list."""
    index = index if isinstance(index, tuple) else (index,)
    places = [i for i, item in enumerate(index) if item is Ellipsis] or [len(index)]
    n_given = sum(item is not None and item is not Ellipsis for item in index)
    whole = (slice(None),) * (tensor.ndim - n_given)
    dim = 0
    for item in (*index[: places[0]], *whole, *index[places[0] + 1 :]):
        if isinstance(item, int):
            tensor = tensor.select(dim, item)
            continue
        if item is None:
            tensor = tensor.unsqueeze(dim)
        elif isinstance(item, slice):
            tensor = torch.ops.aten.slice(tensor, dim, item.start, item.stop, item.step or 1)
        else:
            tensor = tensor.index_select(dim, torch.as_tensor(item, device=tensor.device))
        dim += 1
    return tensor


@pytest.mark.parametrize("index", [0, None, (..., None), (..., 0), (slice(1, 3), None, 1), (..., [2, 0], slice(0, -1))])
def test_the_stand_in_for_indexing_is_indexing(index):
    tensor = torch.arange(60.0).reshape(3, 4, 5)
    assert torch.equal(part(tensor, index), tensor[index])


def really(function):
    """`function` outside the fake mode: what draws random numbers on the CPU."""

    def call(*args):
        with unset_fake_temporarily(), torch._C.DisableTorchFunction():
            return function(*args)

    return call


@pytest.fixture(scope="module")
def loaded():
    """What a sweep loads is loaded: during a test below it would keep stand-ins and fake tensors for ever."""
    for solver in SOLVERS:
        gs.sweep(**GRID, solver=solver, epochs=1, device="cpu")


@pytest.fixture
def fake_cuda(loaded, monkeypatch):
    """A CUDA device without memory: any operation on tensors of two devices raises. Counts what leaves it."""
    monkeypatch.setattr(batch, "split_rows", really(batch.split_rows))
    monkeypatch.setattr(lecture, "minibatches", really(lecture.minibatches))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"fake {device.type}")
    with FakeTensorMode(), FakeDevice() as device:
        yield device.leaving


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_every_tensor_of_a_sweep_is_on_the_device(solver, variant, fake_cuda):
    dataset = gs.sweep(**GRID, **VARIANTS[variant], solver=solver, device="cuda")
    assert dataset.attrs["device"] == "fake cuda"
    assert (dataset.weight == 0).all() and fake_cuda


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_every_tensor_of_a_net_is_on_the_device(solver, activation, fake_cuda):
    nets = {"hidden_units": 3, "activation": activation, "init_seed": (1, 2), "epochs": 2}
    dataset = gs.sweep(**GRID, **nets, solver=solver, device="cuda")
    assert (dataset.hidden_weight == 0).all() and fake_cuda


def test_the_fake_device_notices_a_tensor_left_on_the_cpu(fake_cuda, monkeypatch):
    exact = Newton.start

    def start(self, design, params):
        state = exact(self, design, params)
        return replace(state, slope=torch.zeros(state.slope.shape))

    monkeypatch.setattr(Newton, "start", start)
    with pytest.raises(RuntimeError, match="on the same device"):
        gs.sweep(**GRID, device="cuda")


@pytest.mark.parametrize(("solver", "steps"), [("newton", 5), ("sgd", 7)])
def test_the_host_asks_the_device_one_bit_a_step_at_most(solver, steps, fake_cuda):
    """Models by the thousand leave the device as results only: nothing of their size is asked for in a step."""
    gs.sweep(gate="AND", noise_level=0.1, seed=range(40), num_samples=40, solver=solver, device="cuda", epochs=steps)
    in_steps = [shape for shape in fake_cuda if shape == ()]
    results = [shape for shape in fake_cuda if shape != ()]
    assert len(in_steps) <= steps + 3
    assert all(shape[0] == 40 for shape in results) and len(results) <= 10


# --- a real one ----------------------------------------------------------------------------------


@pytest.mark.gpu
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_gpu_gives_what_the_cpu_gives(solver, variant):
    on_gpu = gs.sweep(**GRID, **VARIANTS[variant], solver=solver, device="cuda")
    on_cpu = gs.sweep(**GRID, **VARIANTS[variant], solver=solver, device="cpu")
    healthy = (on_cpu.status != Status.separable) & (on_cpu.status != Status.diverged)
    close = TOLERANCE[on_cpu.attrs["dtype"]]
    for name in ("weight", "intercept", "train_loss", "test_loss", "exact_accuracy"):
        np.testing.assert_allclose(on_gpu[name].where(healthy), on_cpu[name].where(healthy), **close, err_msg=name)
    assert (on_gpu.status == on_cpu.status).mean() > 0.99
