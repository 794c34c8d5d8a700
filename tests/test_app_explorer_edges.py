"""The Explorer at its edges: nothing but zeros, huge seeds, files that no slider can describe, bad input, epochs."""

from html import escape
from threading import Event

import numpy as np
import pytest
import xarray as xr

from gatesweep.app.explorer import words
from gatesweep.app.explorer.downloads import as_python
from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.explorer.job import train_and_draw
from gatesweep.app.explorer.state import LINKED
from gatesweep.app.theme import LIGHT
from gatesweep.errors import InputError
from gatesweep.lessons import COMPARISONS
from gatesweep.plots.picture import Axis
from gatesweep.plots.scale import Scale
from gatesweep.sweep import sweep
from tests.test_app_explorer import SMALL, wait


@pytest.fixture
def explorer():
    made = Explorer(**SMALL)
    made.trainer.wait()  # a slow machine shows what the first seeds give, before
    wait(lambda: made.picture is not None)
    yield made
    made.close()


def test_all_zeros_are_drawn_as_zeros(explorer):
    explorer.param.update(gate=["FALSE"], measure="weight_norm")
    wait(lambda: (explorer.picture.measure, explorer.picture.y.texts) == ("weight_norm", ["FALSE"]))
    np.testing.assert_array_equal(explorer.picture.value, 0)
    assert explorer.picture.colour == Scale(0, 1, False)
    assert set(explorer.pictures.cells.data["dark_text"]) | set(explorer.pictures.cells.data["light_text"]) == {
        "",
        "0.00",
    }


def test_large_numbers_are_told_apart():
    assert Axis("seed", np.array([99999, 123456, 1234567, 100000, 4294967295])).texts == [
        "99999", "123456", "1234567", "1e5", "4294967295",
    ]  # fmt: skip
    assert Axis("C", np.array([1e6, 1.5e12, 0.001, np.inf])).texts == ["1e6", "1.5e12", "0.001", "inf"]


def test_a_finished_sweep_comes_back_as_it_was():
    dataset = sweep(gate=("AND", "XOR"), noise_level=(0, 0.01, 30.0), seed=(3, 3_000_000_000), num_samples=60)
    explorer = Explorer(dataset)
    link = {name: getattr(explorer, name) for name in LINKED}
    wait(lambda: explorer.picture is not None)
    explorer.seed_count = 3
    wait(lambda: explorer.dataset.sizes["seed"] == 3)
    explorer.restore(link)
    wait(lambda: explorer.picture.x.values.tolist() == [0, 0.01, 30.0])
    assert explorer.dataset is dataset
    explorer.close()


def test_gates_of_three_inputs_can_be_looked_at():
    dataset = sweep(gate=("01101001", "10000000"), noise_level=(0.1, 0.4), seed=range(3), num_samples=60)
    explorer = Explorer(dataset)
    wait(lambda: explorer.picture is not None)
    assert explorer.picture.y.texts == ["01101001", "10000000"]
    assert explorer.experiment().gates  # what a slider trains
    explorer.close()


def test_no_gate_at_all_is_said(explorer):
    explorer.gate = []
    assert "at least one gate" in explorer.error


def test_bad_values_end_a_run_that_they_replace(explorer):
    explorer.param.update(noise_count=101, seed_count=300, num_samples=1000)
    explorer.retrain(force=True)
    wait(lambda: explorer.trainer.current is not None)
    explorer.param.update(compare="C", compare_values="1, abc")
    wait(lambda: explorer.trainer.current is None)
    assert "abc" in explorer.error
    assert explorer.dataset.sizes["seed"] == 4


def test_code_has_the_axes_on_show_where_the_wished_ones_are_not(explorer):
    explorer.param.update(x="epoch", y="C", panel="gate")
    wait(lambda: explorer.picture.panel is not None or explorer.picture.x.name != "epoch")
    space = {}
    script = as_python(explorer.experiment(), explorer, explorer.picture)
    exec(script.replace("picture.to_dataframe", "0 and picture.to_dataframe"), space)
    np.testing.assert_allclose(space["picture"]["value"].values, explorer.picture.value[..., 0].squeeze(), atol=1e-6)


def test_a_click_at_an_epoch_opens_the_run_that_is_the_median_there(explorer):
    explorer.param.update(solver="sgd", epochs=6, record="epoch", gate=["XOR"], seed_count=9)
    wait(lambda: explorer.picture.epochs is not None and explorer.dataset.sizes["seed"] == 9)
    explorer.epoch = 1
    settings = explorer.open({"gate": "XOR", "noise_level": 0.3})
    runs = explorer.dataset["exact_accuracy_history"].sel(gate="XOR", noise_level=0.3, epoch=1)
    assert settings["epoch"] == 1
    assert float(runs.sel(seed=settings["seed"])) == float(runs.median("seed"))


@pytest.mark.parametrize("place", ["x", "y", "panel"])
def test_where_each_cell_is_one_seed_nothing_is_summed_up(explorer, place):
    explorer.param.update(**({"x": "noise_level", "y": "gate"} | {place: "seed"}))
    wait(lambda: getattr(explorer.picture, place) is not None and getattr(explorer.picture, place).name == "seed")
    assert "median" not in explorer.picture.title
    shown = words.legend(words.keys(explorer.picture, LIGHT))
    assert "median" not in shown and "of seeds" not in shown
    wait(lambda: explorer.layout.statistic.disabled)


def test_a_comparison_shows_its_hint_or_its_answer_and_hides_it_again(explorer):
    chosen, bar = COMPARISONS["three_gates"], explorer.layout.presets
    for key, text in (("h", chosen.hint), ("a", chosen.answer)):
        explorer.press(key)
        assert chosen.question in bar._question.object and escape(text) in bar._question.object
    explorer.press("a")
    assert escape(chosen.answer) not in bar._question.object
    explorer.press("h")
    explorer.preset = "live"
    assert chosen.hint not in bar._question.object and COMPARISONS["live"].question in bar._question.object


def test_a_picture_of_the_run_before_says_so_and_no_longer(explorer, monkeypatch):
    begun, may_end, title = Event(), Event(), explorer.layout.title

    def held(job, *rest):
        begun.set()
        may_end.wait(60)
        return train_and_draw(job, *rest)

    monkeypatch.setattr("gatesweep.app.explorer.explorer.train_and_draw", held)
    before = title.object
    explorer.seed_count += 1
    wait(begun.is_set)
    explorer.layout.tick()
    assert "the last picture stays" in title.object
    explorer.cancel()
    assert title.object == before
    may_end.set()


def test_a_link_is_one_training_and_one_drawing(explorer):
    """Also where it differs from what is on show in the comparison's name alone: nothing is set back."""
    link = {name: getattr(explorer, name) for name in LINKED}
    trained, drawn = explorer.trainer._generation, explorer.drawer._generation
    explorer.restore(link | {"preset": "live"})
    assert {name: getattr(explorer, name) for name in LINKED} == link | {"preset": "live"}
    assert (explorer.trainer._generation, explorer.drawer._generation) == (trained, drawn + 1)
    explorer.restore(link | {"preset": "penalty", "seed_count": 3, "measure": "train_loss"})
    assert explorer.trainer._generation == trained + 1
    assert explorer.drawer._generation == drawn + 1


def test_the_comparisons_are_gone_through_one_by_one(explorer):
    bar, names = explorer.layout.presets, list(COMPARISONS)
    for i, name in enumerate([*names[1:], names[0]], 1):
        bar.go(1)
        assert explorer.preset == name
        assert f">{i % len(names) + 1} of {len(names)}<" in bar._progress.object


PARTS = {
    "one variable": lambda whole: whole[["weight"]],
    "no limits": lambda whole: whole.drop_vars("bayes_accuracy"),
    "no attributes": lambda whole: whole.drop_attrs(),
    "an unreadable experiment": lambda whole: whole.assign_attrs(experiment="x"),
    "one gate": lambda whole: whole.isel(gate=0),
    "a mean over seeds": lambda whole: whole.mean("seed"),
    "no seeds": lambda whole: whole.isel(seed=slice(0)),
    "nothing": lambda whole: xr.Dataset(),
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_sweep_is_refused(part):
    whole = sweep(gate=("AND", "XOR"), noise_level=[0.1, 0.3], seed=range(3), num_samples=60)
    with pytest.raises(InputError, match="a sweep on show must be whole"):
        Explorer(PARTS[part](whole))


@pytest.mark.parametrize("opens", ["file", "grid"])
@pytest.mark.parametrize(("solver", "unit", "other"), [("newton", "step", "epoch"), ("sgd", "epoch", "step")])
def test_what_training_goes_through_is_called_as_its_solver_calls_it(solver, unit, other, opens):
    recorded = {"solver": solver, "epochs": 3, "record": "epoch"}
    grid = {"gate": ("AND", "XOR"), "noise_level": (0.0, 0.3), "seed": range(2), "num_samples": 60}
    opened = Explorer(sweep(**grid, **recorded)) if opens == "file" else Explorer(**(SMALL | recorded))
    wait(lambda: opened.picture is not None)

    def said():
        p, layout = opened.picture, opened.layout
        return [
            layout.live.label,
            layout.player.slider.told["label"],
            *layout.axes["x"].select.options,
            opened.pictures.figures[0].xaxis.axis_label,
            p.names[0],
            words.summary(p),
        ]

    assert f"at {unit} " in said()[-1]
    opened.x = "epoch"
    wait(lambda: opened.picture.x.name == "epoch")
    texts = said()
    assert texts[:2] == [f"Record every {unit}", unit.capitalize()]
    assert opened.layout.axes["x"].select.options[unit] == "epoch"
    assert texts[-3:-1] == [unit, f"AND, {unit} 0"]
    assert [text for text in texts if other in text] == []
    opened.close()


def test_what_was_wrong_from_the_start_is_blamed_on_nothing_that_is_changed_later():
    made = Explorer(compare="C", compare_values="x", **SMALL)
    made.seed_count = 5
    assert "x" in made.error and not made.refused
    made.close()
