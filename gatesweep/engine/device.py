"""Which device computes, and the one place where its results are asked for."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gatesweep.errors import InputError

__all__ = ["Place", "as_device", "to_host", "wide"]


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


@dataclass(frozen=True)
class Place:
    """Where tensors are made: their number format and their device."""

    dtype: torch.dtype
    device: torch.device

    @classmethod
    def of(cls, dtype: str, device: str | torch.device) -> "Place":
        """The place of settings and arguments, such as "float32" and "auto"."""
        return cls(getattr(torch, dtype), as_device(device))

    def tensor(self, values: Any) -> Tensor:
        """Numbers, an array or a tensor as a tensor of this place."""
        return torch.as_tensor(values, dtype=self.dtype, device=self.device)


def to_host(tensor: Tensor) -> Any:
    """A tensor as a NumPy array, a tensor of one element as a Python number: waits for the device."""
    return tensor.item() if tensor.ndim == 0 else tensor.cpu().numpy()


def wide(values: Tensor) -> Tensor:
    """Values in float64: on their device, or on the CPU where the device (MPS) has no such numbers."""
    return values.to("cpu" if values.device.type == "mps" else values.device, torch.float64)
