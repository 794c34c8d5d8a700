"""What explains itself, without a browser: whatever names a sentence has one."""

import re

import panel as pn
import pytest

from gatesweep.app.explain import explained, glossed, sentences
from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.lab import words
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


def test_words_are_explained_once_and_no_tag_is_touched():
    html = '<p class="test">test: the best line, and the test again</p>'
    found = glossed(html, {"best line": "best_linear_accuracy", "test": "test"})
    once = explained("test", "test")
    assert (
        found == f'<p class="test">{once}: the {explained("best_linear_accuracy", "best line")}, and the test again</p>'
    )


def test_every_word_that_the_lab_explains_has_a_sentence_and_stands_in_a_text():
    made, said = Lab(), ""
    for state in (
        {"gate": "XOR"},
        {"noise_level": 0.4, "threshold": 0.4},
        {},
        {"gate": "XOR", "solver": "sgd", "learning_rate": 1e12, "noise_level": 1.0},
    ):
        made.restore(state)
        said += made.view.numbers.meaning.object + made.view.numbers.confusion.object
    names = {*words.MEANT.values(), *words.LOST.values(), *words.CONFUSED.values()}
    assert names <= set(sentences(made))
    assert names <= set(re.findall(r"explain-(\w+)", said))
