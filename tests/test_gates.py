"""Truth tables: what the names mean, what is refused, and which tables a line can separate."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import gatesweep as gs
from gatesweep.gates import GATE_NAMES, Gate, corners

MEANING = {
    "FALSE": lambda a, b: False,
    "AND": lambda a, b: a and b,
    "NIMPLY": lambda a, b: a and not b,
    "X1": lambda a, b: a,
    "CNIMPLY": lambda a, b: b and not a,
    "X2": lambda a, b: b,
    "XOR": lambda a, b: a != b,
    "OR": lambda a, b: a or b,
    "NOR": lambda a, b: not (a or b),
    "XNOR": lambda a, b: a == b,
    "NOT_X2": lambda a, b: not b,
    "CIMPLY": lambda a, b: a or not b,
    "NOT_X1": lambda a, b: not a,
    "IMPLY": lambda a, b: b or not a,
    "NAND": lambda a, b: not (a and b),
    "TRUE": lambda a, b: True,
}


@pytest.mark.parametrize("name", GATE_NAMES)
def test_a_name_is_the_logic_that_it_says(name):
    gate = gs.as_gate(name)
    assert gate.truth == tuple(int(MEANING[name](bool(a), bool(b))) for a, b in product((0, 1), repeat=2))
    assert (gate.name, str(gate), gate.n_inputs) == (name, name, 2)


def test_all_sixteen_tables_have_a_name_of_their_own():
    assert {gs.as_gate(name).truth for name in GATE_NAMES} == set(product((0, 1), repeat=4))


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 4])
def test_corners_count_in_binary(n_inputs):
    binary = [[int(bit) for bit in f"{i:0{n_inputs}b}"] for i in range(2**n_inputs)]
    assert corners(n_inputs).tolist() == binary


@given(st.integers(1, 4).flatmap(lambda k: st.lists(st.integers(0, 1), min_size=2**k, max_size=2**k)))
def test_a_table_is_one_gate_in_every_form(table):
    gate = gs.as_gate(table)
    assert gate.truth == tuple(table) and gate.n_inputs == len(table).bit_length() - 1
    forms = [gate, gate.name, gate.bits, tuple(table), np.array(table), np.array(table, bool), list(map(float, table))]
    assert all(gs.as_gate(form) == gate and hash(gs.as_gate(form)) == hash(gate) for form in forms)


def test_names_are_read_in_any_case_and_a_gate_of_another_size_is_called_by_its_bits():
    assert gs.as_gate("xor") == gs.as_gate("XOR") == gs.as_gate("0110")
    assert gs.as_gate("01101001").name == "01101001"


@pytest.mark.parametrize("unknown", ["", "ANDD", "0120", "AND,OR", "0 1 1 0"])
def test_an_unknown_name_is_refused(unknown):
    with pytest.raises(gs.InputError, match=r"a gate must be one of the 16.*Use a name \(FALSE, AND"):
        gs.as_gate(unknown)


@pytest.mark.parametrize(
    "table", ["0", "011", "01101", "0" * 32, [], [0, 1, 2, 1], [0, 1, 0.5, 1], [0, 1, -1, 1], [[0, 1], [1, 0]]]
)
def test_a_table_of_wrong_length_or_values_is_refused(table):
    with pytest.raises(gs.InputError, match="must hold 2, 4, 8 or 16 values, each 0 or 1"):
        gs.as_gate(table)


@pytest.mark.parametrize("other", [None, 6, 0.5, object(), {"a": 1}, [0, 1, None, 1], [0, float("nan"), 1, 1]])
def test_what_is_no_table_is_refused(other):
    with pytest.raises(gs.InputError):
        gs.as_gate(other)


@pytest.mark.parametrize(("n_inputs", "count"), [(1, 4), (2, 14), (3, 104)])
def test_as_many_functions_are_linearly_separable_as_there_are(n_inputs, count):
    """The known counts of threshold functions (OEIS A000609)."""
    gates = [Gate(truth) for truth in product((0, 1), repeat=2**n_inputs)]
    assert sum(gate.is_linearly_separable for gate in gates) == count


def test_1882_functions_of_four_inputs_are_linearly_separable():
    """Half of them answer 0 at the first corner: a function and its complement share their line."""
    half = [Gate((0, *truth)) for truth in product((0, 1), repeat=15)]
    assert sum(gate.is_linearly_separable for gate in half) == 1882 // 2
    ends = half[:300] + half[-300:]
    flipped = [Gate(tuple(1 - t for t in gate.truth)) for gate in ends]
    assert [g.is_linearly_separable for g in flipped] == [g.is_linearly_separable for g in ends]


def lp_separates(gate):
    """Whether some line has every corner on its side with margin 1: a linear program."""
    side = 2 * np.array(gate.truth) - 1
    rows = side[:, None] * np.column_stack([gate.corners, np.ones(len(side))])
    found = linprog(np.zeros(rows.shape[1]), A_ub=-rows, b_ub=-np.ones(len(rows)), bounds=(None, None))
    return found.status == 0


def test_a_linear_program_finds_a_line_for_the_same_tables():
    tables = [truth for k in (1, 2, 3) for truth in product((0, 1), repeat=2**k)]
    random = np.random.default_rng(0)
    tables += [tuple(random.integers(0, 2, 16)) for _ in range(40)]
    thresholds = (corners(4) @ random.normal(size=(4, 40)) + random.normal(size=40) > 0).T.astype(int)
    tables += [tuple(t) for t in thresholds.tolist()]
    gates = [Gate(tuple(map(int, truth))) for truth in tables]
    assert [gate.is_linearly_separable for gate in gates] == [lp_separates(gate) for gate in gates]
