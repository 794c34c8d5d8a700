"""What explains itself, without a browser: whatever names a sentence has one."""

import re

import panel as pn
import pytest

from gatesweep.app.explain import explained, sentences
from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.lab.lab import Lab
from tests.test_app_explorer import SMALL, wait


def explorer() -> tuple[Explorer, pn.viewable.Viewable]:
    made = Explorer(**SMALL)
    wait(lambda: made.picture is not None)
    made.close()
    return made, made.layout.root


def lab() -> tuple[Lab, pn.viewable.Viewable]:
    made = Lab()
    return made, made.view.root


@pytest.mark.parametrize("view", [explorer, lab])
def test_whatever_names_a_sentence_has_one(view):
    state, root = view()
    parts = root.select()
    named = {name for part in parts for name in getattr(part, "css_classes", None) or []}
    named |= {
        name for part in parts if isinstance(part, pn.pane.HTML) for name in re.findall(r"explain-\w+", part.object)
    }
    asked = {name.removeprefix("explain-") for name in named if name.startswith("explain-")}
    assert {"num_samples", "solver", "features"} <= asked <= set(sentences(state))


def test_a_word_that_explains_itself_is_reached_by_the_keyboard():
    assert explained("median", "median of 4") == '<span class="explained explain-median" tabindex=0>median of 4</span>'
