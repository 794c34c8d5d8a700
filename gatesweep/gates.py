"""Truth tables: names, corners, linear separability. NumPy only."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np

from gatesweep.errors import InputError

__all__ = ["GATE_MENU", "GATE_NAMES", "MAX_INPUTS", "Gate", "GateLike", "as_gate", "corners"]

MAX_INPUTS = 4

GATE_NAMES = (
    "FALSE",
    "AND",
    "NIMPLY",
    "X1",
    "CNIMPLY",
    "X2",
    "XOR",
    "OR",
    "NOR",
    "XNOR",
    "NOT_X2",
    "CIMPLY",
    "NOT_X1",
    "IMPLY",
    "NAND",
    "TRUE",
)
"""The 16 two-input gates; a gate's place is its truth table 00, 01, 10, 11 read as binary."""
GATE_MENU = ("AND", "OR", "XOR", *(name for name in GATE_NAMES if name not in ("AND", "OR", "XOR")))
"""The same as the screen lists them: first the three of the lecture."""


def corners(n_inputs: int) -> np.ndarray:
    """All input combinations in the order 00, 01, 10, 11: int64 of shape (2**n_inputs, n_inputs)."""
    return np.array(list(np.ndindex(*[2] * n_inputs)))


@dataclass(frozen=True)
class Gate:
    """A Boolean truth table over 1 to 4 inputs; `truth[i]` is the output at corner i.

    Example:
        >>> Gate((0, 0, 0, 1)).name, Gate((0, 1, 1, 0)).is_linearly_separable
        ('AND', False)
    """

    truth: tuple[int, ...]

    @property
    def bits(self) -> str:
        """The truth table as a bit string, "0110" for XOR."""
        return "".join(map(str, self.truth))

    @property
    def name(self) -> str:
        """The gate's name if it has two inputs, else its bit string."""
        return GATE_NAMES[int(self.bits, 2)] if self.n_inputs == 2 else self.bits

    @property
    def n_inputs(self) -> int:
        return len(self.truth).bit_length() - 1

    @cached_property
    def corners(self) -> np.ndarray:
        return corners(self.n_inputs)

    @cached_property
    def is_linearly_separable(self) -> bool:
        """Whether some line has all corners of output 1 strictly on one side: exact.

        A truth table is a threshold function if and only if no two true corners have the same sum
        as two false ones (2-asummability; sufficient up to 8 inputs: Muroga, Tsuboi and Baugh,
        IEEE Trans. Computers C-19, 1970). It is why XOR fails: both its diagonals share a midpoint.
        """
        sums: tuple[set, set] = (set(), set())
        for output in (0, 1):
            chosen = [c for c, t in zip(self.corners.tolist(), self.truth, strict=True) if t == output]
            for a, b in combinations_with_replacement(chosen, 2):
                sums[output].add(tuple(i + j for i, j in zip(a, b, strict=True)))
        return sums[0].isdisjoint(sums[1])

    def __str__(self) -> str:
        return self.name


GateLike = Gate | str | Sequence[int]


def as_gate(gate: GateLike) -> Gate:
    """The gate of a name ("XOR"), a bit string ("0110") or a sequence of 0 and 1 ([0, 1, 1, 0]).

    Raises InputError for an unknown name, a table whose length is not 2, 4, 8 or 16, and other
    values than 0 and 1.

    Example:
        >>> as_gate("xor").truth, as_gate([0, 1, 1, 0]).name
        ((0, 1, 1, 0), 'XOR')
    """
    if isinstance(gate, Gate):
        return gate
    if isinstance(gate, str) and gate.upper() in GATE_NAMES:
        return Gate(tuple(map(int, f"{GATE_NAMES.index(gate.upper()):04b}")))
    if isinstance(gate, str) and not (gate and set(gate) <= {"0", "1"}):
        raise InputError(
            "a gate must be one of the 16 two-input names or a truth table of 0 and 1",
            gate,
            f"Use a name ({', '.join(GATE_NAMES)}) or bits such as '0110'",
        )
    try:
        table = [int(t) for t in gate]
        exact = all(t in (0, 1) and t == g for t, g in zip(table, gate, strict=True)) or isinstance(gate, str)
    except (TypeError, ValueError):
        table, exact = [], False
    if not exact or len(table) not in [2**k for k in range(1, MAX_INPUTS + 1)]:
        raise InputError(
            "a truth table must hold 2, 4, 8 or 16 values, each 0 or 1",
            gate,
            "List the outputs at the corners 00, 01, 10, 11 in this order",
        )
    return Gate(tuple(table))
