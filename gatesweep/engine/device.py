"""Which device computes, and the one place where its results are asked for."""

from typing import Any

import torch
from torch import Tensor

from gatesweep.errors import InputError

__all__ = ["as_device", "to_host"]


def as_device(device: str | torch.device = "auto") -> torch.device:
    """`auto` takes CUDA, then MPS, then the CPU; any other name must be a device of this machine."""
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(
            "device must be one that torch finds on this machine", str(device), "Use auto or cpu"
        ) from error


def to_host(tensor: Tensor) -> Any:
    """A tensor as a NumPy array, a tensor of one element as a Python number: waits for the device."""
    return tensor.item() if tensor.ndim == 0 else tensor.cpu().numpy()
