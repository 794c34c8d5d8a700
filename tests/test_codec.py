"""The codec: what is written is read back, for every declared parameter."""

import numpy as np
import param
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatesweep.app.explorer.state import ExplorerState
from gatesweep.app.lab.own import Own
from gatesweep.app.lab.state import LabState
from gatesweep.codec import even_levels, from_json, read, read_several, to_json, write, write_several
from gatesweep.errors import InputError
from gatesweep.settings import Settings


def values(declared):
    """Every kind of value that a declaration allows."""
    if isinstance(declared, param.Boolean):
        return st.booleans()
    if isinstance(declared, param.ListSelector):
        return st.lists(st.sampled_from(declared.objects), unique=True)
    if isinstance(declared, param.List):
        return st.lists(st.floats(allow_nan=False), max_size=4)
    if isinstance(declared, param.Range):
        return st.tuples(st.floats(0, 1), st.floats(0, 1))
    if isinstance(declared, param.Integer):
        low, high = declared.bounds or (None, None)
        found = st.integers(low, high)
        return st.none() | found if declared.allow_None else found
    if isinstance(declared, param.Number):
        return st.floats(*(declared.bounds or (None, None)), allow_nan=False)
    if isinstance(declared, param.Selector):
        return st.sampled_from(declared.objects)
    if isinstance(declared, param.ClassSelector):
        return st.lists(st.tuples(st.floats(-1, 2), st.floats(-1, 2), st.integers(0, 1)), max_size=9).map(
            lambda rows: Own.of([row[:2] for row in rows], [row[2] for row in rows], ("a_b", "ü"), ("0", "<1>"))
        )
    return st.sampled_from(["AND", "0110"])


DECLARED = [(state, name) for state in (Settings, LabState, ExplorerState) for name in state.param if name != "name"]


@given(data=st.data(), place=st.sampled_from(DECLARED))
def test_what_is_written_is_read_back(data, place):
    state, name = place
    declared = state.param[name]
    value = data.draw(values(declared))
    found = read(declared, write(value))
    assert found == value and type(found) is type(value)


@given(st.lists(st.integers(0, 50), min_size=1, unique=True))
def test_whole_numbers_of_a_sweep_are_read_back(seeds):
    assert read_several(Settings.param.seed, write_several(seeds)) == seeds


@given(st.lists(st.floats(0, 1e6), min_size=1, unique=True))
def test_numbers_of_a_sweep_are_read_back(levels):
    assert read_several(Settings.param.noise_level, write_several(levels)) == levels


def test_numbers_in_a_row_are_a_range():
    assert write_several([3, 4, 5]) == "3:6" and write_several([3, 5]) == "3,5" and write_several([7]) == "7:8"
    assert write_several([0.5]) == "0.5," and read_several(Settings.param.C, "0.5,") == [0.5]


@pytest.mark.parametrize(("text", "value"), [("1e3", 1000), ("12.0", 12), ("7", 7)])
def test_a_whole_number_may_be_written_as_any_number(text, value):
    found = read(Settings.param.epochs, text)
    assert found == value and type(found) is int


@pytest.mark.parametrize("text", ["1.5", "inf", "nan", "ten", "", "0x10"])
def test_what_is_no_whole_number_is_refused_with_the_rule(text):
    with pytest.raises(InputError, match="epochs must be a whole number, 1 or more.* The default is 20"):
        read(Settings.param.epochs, text)


def test_even_levels_are_those_of_a_range():
    assert even_levels(0, 1, 21) == read_several(Settings.param.noise_level, "0:1:21")
    np.testing.assert_allclose(even_levels(0.1, 0.7, 7), np.linspace(0.1, 0.7, 7), rtol=1e-12)


@given(st.floats(allow_nan=False))
def test_json_carries_every_number(value):
    assert from_json(to_json(value)) == value
