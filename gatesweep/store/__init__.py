"""Sweeps on disk: written chunk by chunk, resumed, extended, verified, and opened with care."""

from gatesweep.store.checking import Finding, repair, verify
from gatesweep.store.cost import Cost, estimate
from gatesweep.store.reading import open_store
from gatesweep.store.session import Run, start, write

__all__ = ["Cost", "Finding", "Run", "estimate", "open_store", "repair", "start", "verify", "write"]
