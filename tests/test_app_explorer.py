"""The Explorer without a browser: its grid, its worker, its pictures, what it opens and what it gives away."""

import io
import re
import runpy
import shlex
import threading
import time

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import gatesweep as gs
from gatesweep.app.code import as_command
from gatesweep.app.explorer import words
from gatesweep.app.explorer.downloads import as_csv, as_netcdf, as_python
from gatesweep.app.explorer.explorer import Explorer
from gatesweep.app.explorer.job import draw, train_and_draw
from gatesweep.app.explorer.state import VIEW_NAMES, ExplorerState, fitting_axes, parse_values
from gatesweep.app.jobs import Job, Worker, queue
from gatesweep.app.known import Known
from gatesweep.app.theme import DARK, LIGHT
from gatesweep.errors import InputError
from gatesweep.experiment import Experiment
from gatesweep.fit import fit
from gatesweep.lecture import gate_data
from gatesweep.lessons import COMPARISONS
from gatesweep.plots.curves import limit_columns
from gatesweep.plots.heatmap import heatmap_columns
from gatesweep.plots.picture import Axis, Picture
from gatesweep.plots.scale import Scale, nice_ticks
from gatesweep.plots.sheet import Sheet
from gatesweep.results.measures import axes
from gatesweep.results.statistics import summary
from gatesweep.sweep import sweep

SMALL = {"noise_level": (0.1, 0.5), "noise_count": 3, "seed_count": 4, "num_samples": 60}


def wait(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came within the time"
        time.sleep(0.01)


@pytest.fixture
def explorer(monkeypatch):
    monkeypatch.setattr("gatesweep.app.explorer.job._known", Known(16))
    opened = []
    made = Explorer(on_open=lambda **settings: opened.append(settings), **SMALL)
    made.opened = opened
    made.trainer.wait()  # a slow machine shows what the first seeds give, before
    wait(lambda: made.picture is not None)
    yield made
    made.close()


def test_grid_is_the_command_line_s():
    state = ExplorerState(
        noise_level=(0, 0.7), noise_count=8, seed=3, seed_count=2, compare="C", compare_values="0.1, 10"
    )
    levels = tuple(round(0.1 * i, 12) for i in range(8))
    same = Experiment.of(gate=("AND", "OR", "XOR"), noise_level=levels, seed=range(3, 5), C=(0.1, 10.0))
    assert state.experiment().hash == same.hash


@pytest.mark.parametrize("name", COMPARISONS)
def test_presets_are_grids_with_the_axes_that_they_ask_for(name):
    state = ExplorerState(**COMPARISONS[name].settings)
    experiment = state.experiment()
    tiny = {"noise_level": experiment.grid["noise_level"][:2], "seed": range(2), "gate": experiment.grid["gate"][:2]}
    swept = {n: experiment.grid[n][-2:] for n in experiment.swept if n not in tiny}
    dataset = sweep(**(experiment.fixed | tiny | swept | ({} if "C" in swept else {"C": experiment.grid["C"][0]})))
    wished = (state.x, state.y, state.panel)
    assert fitting_axes(*wished, axes(dataset, state.measure)) == wished


def test_bad_grids_are_said_and_the_picture_stays(explorer):
    before = explorer.picture
    explorer.param.update(compare="C", compare_values="1, two")
    assert "two" in explorer.error
    explorer.compare_values = "0, 1"
    assert "C must be" in explorer.error
    assert explorer.picture is before
    with pytest.raises(InputError):
        parse_values("num_samples", "10.5")


def test_an_open_answer_stays_when_a_training_is_done(explorer):
    presets, before = explorer.layout.presets, explorer.dataset
    presets.reveal("answer")
    shown = presets._question.object
    explorer.seed_count += 1
    wait(lambda: explorer.dataset is not before)
    assert COMPARISONS[explorer.preset].answer[:40] in shown == presets._question.object
    presets.reveal("answer")


def test_a_change_trains_again(explorer):
    before = explorer.dataset
    explorer.num_samples = 80
    wait(lambda: explorer.dataset is not before)
    expected = sweep(explorer.experiment())
    xr.testing.assert_equal(explorer.dataset["weight"], expected["weight"])
    np.testing.assert_allclose(explorer.picture.value[0, ..., 0], np.median(expected["exact_accuracy"], -1), rtol=1e-6)


def test_a_long_run_shows_what_its_first_seeds_give_before_the_rest():
    state, early = ExplorerState(gate=["XOR"], noise_level=(0.1, 0.4), noise_count=2, seed_count=4), []
    view = {name: getattr(state, name) for name in VIEW_NAMES}
    whole = train_and_draw(Job(0), state.experiment(), view, 2, early.append)
    [first] = early
    xr.testing.assert_equal(first.dataset["weight"], whole.dataset["weight"].isel(seed=slice(2)))
    assert first.picture.n_models == 2 and whole.picture.n_models == 4
    assert first.picture.shape_key == whole.picture.shape_key
    state.seed = 4
    train_and_draw(Job(0), state.experiment(), view, 4, early.append)
    assert len(early) == 1


def test_a_sweep_is_trained_once_for_all_who_ask_and_nobody_s_notes_are_in_it(explorer, monkeypatch):
    state, trained = ExplorerState(**SMALL | {"num_samples": 61}), []
    view = {name: getattr(state, name) for name in VIEW_NAMES}
    monkeypatch.setattr("gatesweep.app.explorer.job.sweep", lambda *a, **how: trained.append(0) or sweep(*a, **how))
    first = train_and_draw(Job(0), state.experiment(), view, 1, lambda found: None)
    weight, n_trained = first.dataset["weight"].copy(deep=True), len(trained)
    assert n_trained == 2, "a few seeds, then all"
    for _ in range(2):
        again = train_and_draw(Job(0), state.experiment(), view, 1, lambda found: None)
        xr.testing.assert_equal(again.dataset["weight"], weight)
        assert again.seconds == first.seconds and len(trained) == n_trained
        again.dataset["weight"][:] = 0
        first.dataset["weight"][:] = 0


def test_a_sweep_that_is_known_waits_for_no_training(explorer, monkeypatch):
    known, busy = explorer.dataset, threading.Event()
    explorer.num_samples = 80
    wait(lambda: explorer.dataset is not known and explorer.job is None)
    explorer.rate._per_second = 1.0
    queue().put(busy.wait, busy.set, "another visitor", seconds=60.0)
    explorer.num_samples = SMALL["num_samples"]
    try:
        wait(lambda: explorer.job is None and explorer.shown.grid["num_samples"] == (SMALL["num_samples"],))
    finally:
        busy.set()
    xr.testing.assert_equal(explorer.dataset["weight"], known["weight"])


def test_a_first_answer_is_on_show_while_the_rest_is_trained(explorer, monkeypatch):
    """A comparison too long for one answer has two; the first is a sweep of its own, so its cells open."""
    shown, take = [], type(explorer)._take
    monkeypatch.setattr(type(explorer), "_take", lambda self, found, say: (shown.append(found), take(self, found, say)))
    explorer.rate._per_second = 1e3
    explorer.seed_count = 3
    explorer.retrain(force=True)
    explorer.settle()
    wait(lambda: explorer.job is None)
    assert [found.dataset.sizes["seed"] for found in shown][-2:] == [1, 3]


def test_a_click_opens_the_very_model(explorer):
    explorer.run = "best"
    explorer.pictures.cells.selected.indices = [2 * 3 + 1]
    (settings,) = explorer.opened
    assert (settings["gate"], settings["noise_level"]) == ("XOR", 0.3)
    runs = explorer.dataset.sel(gate="XOR", noise_level=0.3)
    assert runs["exact_accuracy"].sel(seed=settings["seed"]) == runs["exact_accuracy"].max()
    X, y, train, _ = gate_data("XOR", 0.3, settings["seed"], settings["num_samples"])
    alone = fit(X[train], y[train], solver=settings["solver"], C=settings["C"])
    np.testing.assert_allclose(alone.weight, runs["weight"].sel(seed=settings["seed"]), atol=1e-4)
    explorer.pictures.cells.selected.indices = [2 * 3 + 1]
    assert explorer.opened[1] == settings


def test_the_newest_request_wins_and_stale_work_is_dropped():
    published, gates = [], [threading.Event() for _ in range(3)]
    worker = Worker(lambda job: published.append(job.result))
    stopped = []

    def work(i):
        def run(job: Job):
            while not gates[i].wait(0.005):
                if job.cancel.is_set():
                    stopped.append(i)
                    return "stale"
            return i

        return run

    for i in range(3):
        worker.submit(work(i))
    gates[2].set()
    wait(lambda: published)
    assert published == [2] and set(stopped) <= {0, 1} and worker.current is None
    worker.submit(work(1))
    worker.cancel()
    gates[1].set()
    worker.close()
    time.sleep(0.1)
    assert published == [2]


def test_an_error_of_the_work_is_published():
    published = []
    worker = Worker(published.append)
    worker.submit(lambda job: 1 / 0)
    wait(lambda: published)
    assert isinstance(published[0].error, ZeroDivisionError)
    worker.close()


def test_cancel_keeps_the_picture(explorer):
    before = explorer.picture
    explorer.seed_count = 3000
    explorer.cancel()
    time.sleep(0.2)
    assert explorer.picture is before and explorer.trainer.current is None


def test_epochs_move_heatmap_and_curves(explorer):
    explorer.param.update(solver="sgd", epochs=4, record="epoch")
    wait(lambda: explorer.picture.epochs is not None)
    history = explorer.dataset["exact_accuracy_history"].median("seed")
    for epoch in (0, 4):
        explorer.epoch = epoch
        np.testing.assert_allclose(
            explorer.pictures.cells.data["number"], history[..., epoch].values.ravel(), rtol=1e-6
        )


def test_cells_and_curves_are_at_their_places():
    dataset = sweep(gate=("AND", "XOR"), noise_level=(0.1, 0.4, 0.7), seed=range(3), num_samples=60)
    picture = Picture.of(summary(dataset), "noise_level", "gate", None, 3)
    one, two = Sheet(("",), 400, 200), Sheet(("AND", "XOR"), 400, 200)
    columns = heatmap_columns(picture, -1, one, LIGHT)["cells"]
    assert columns["where"][4] == "XOR, noise level 0.4"
    assert (columns["left"][4], columns["bottom"][4]) == pytest.approx((1 / 3, 0))
    scale = picture.height
    bayes = limit_columns(picture, two)["Bayes limit"]
    height = bayes["y"][~np.isnan(bayes["y"])]
    expected = np.concatenate([gs.theory.bayes_accuracy(g, np.array([0.1, 0.4, 0.7])) for g in ("AND", "XOR")])
    np.testing.assert_allclose(height * (scale.high - scale.low) + scale.low, expected)


def test_scales_and_ticks():
    np.testing.assert_allclose(nice_ticks(0, 1, 6), [0, 0.2, 0.4, 0.6, 0.8, 1])
    gap = Scale.of("gap", np.array([-0.22, 0.01]))
    assert (gap.low, gap.high) == (-0.25, 0.25)
    wide = Scale.of("positive", np.array([0.01, 1, 50]))
    assert wide.is_log and wide.to(np.array([10.0]))[0] == pytest.approx(1)
    assert Scale.of("positive", np.array([np.nan, np.inf])).high == 1
    assert Axis("C", np.array([0.001, 1.0, 1000.0])).texts == ["0.001", "1", "1000"]
    assert Scale.of("share", np.array([0.0, 1.0])).ticks(3) == {0.0: "0", 0.5: "0.5", 1.0: "1"}
    assert Axis("seed", np.arange(100)).ticks(10) == list(range(0, 100, 10))


def test_downloads_are_what_is_shown(explorer, tmp_path, monkeypatch):
    table = pd.read_csv(io.StringIO(as_csv(explorer.picture)))
    np.testing.assert_allclose(table["value"], explorer.picture.frame["value"].values.ravel())
    (tmp_path / "sweep.nc").write_bytes(as_netcdf(explorer.dataset))
    with xr.open_dataset(tmp_path / "sweep.nc") as stored:
        xr.testing.assert_equal(stored.load(), explorer.dataset)
    experiment = Experiment.from_dict(Experiment.of(**explorer.experiment().to_dict()).to_dict())
    script = tmp_path / "script.py"
    script.write_text(as_python(experiment, explorer))
    monkeypatch.chdir(tmp_path)
    made = runpy.run_path(str(script))
    xr.testing.assert_equal(made["ds"]["weight"], explorer.dataset["weight"])
    np.testing.assert_allclose(pd.read_csv("gatesweep.csv")["value"], table["value"])


def test_command_makes_the_same_experiment():
    state = ExplorerState(
        C=float("inf"), compare="num_samples", compare_values="20, 60", **SMALL | {"num_samples": 500}
    )
    words = shlex.split(as_command(state.experiment(), out="sweep.nc"))
    assert words[:2] == ["gatesweep", "sweep"]
    from gatesweep.cli.values import parse

    given = {words[i][2:].replace("-", "_"): words[i + 1] for i in range(2, len(words), 2)}
    assert given.pop("out") == "sweep.nc"
    assert Experiment.of(**{n: parse(n, text) for n, text in given.items()}).hash == state.experiment().hash


def test_a_finished_sweep_opens_in_the_same_view():
    finished = sweep(gate="OR", noise_level=(0.2, 0.6), seed=range(5), C=(0.1, 1.0), num_samples=60)
    explorer = Explorer(finished)
    wait(lambda: explorer.picture is not None)
    assert explorer.dataset is finished and explorer.trainer.current is None
    explorer.param.update(x="C", y="noise_level", measure="weight_norm")
    wait(lambda: explorer.picture.x.name == "C" and explorer.picture.measure == "weight_norm")
    norms = np.linalg.norm(finished["weight"].values[0], axis=-1)
    np.testing.assert_allclose(explorer.picture.value[0, ..., 0], np.median(norms, axis=1), rtol=1e-6)
    explorer.close()


def test_a_range_without_width_is_one_level():
    state = ExplorerState(noise_level=(0.2, 0.2), noise_count=21)
    assert state.experiment().grid["noise_level"] == (0.2,)


def test_the_summary_reads_out_each_row():
    dataset = sweep(gate=("AND", "XOR"), noise_level=(0.1, 0.4, 0.7), seed=range(3), num_samples=60)
    spoken = words.summary(Picture.of(summary(dataset), "noise_level", "gate", None, 3))
    for gate in ("AND", "XOR"):
        medians = np.median(dataset["exact_accuracy"].sel(gate=gate), axis=-1)
        assert f"{gate}: {medians[0]:.3g} to {medians[-1]:.3g}, lowest {medians.min():.3g}" in spoken


TWO = {"compare": "num_samples", "compare_values": "20, 60", "also": "C", "also_values": "0.1, 10"}


def test_two_more_parameters_can_be_swept_and_shown(explorer):
    explorer.param.update(x="C", y="num_samples", panel="gate", at="noise_level:0.3", **TWO)
    wait(lambda: explorer.picture.x.name == "C")
    expected = sweep(gate=("AND", "OR", "XOR"), noise_level=0.3, seed=range(4), num_samples=(20, 60), C=(0.1, 10.0))
    medians = expected["exact_accuracy"].isel(noise_level=0).median("seed").transpose("gate", "num_samples", "C")
    np.testing.assert_allclose(explorer.picture.value[..., 0], medians, atol=1e-6)
    assert explorer.picture.title.endswith(", at noise level 0.3")
    explorer.pictures.cells.selected.indices = [1]
    (settings,) = explorer.opened
    assert {n: settings[n] for n in ("gate", "noise_level", "num_samples", "C")} == {
        "gate": "AND", "noise_level": 0.3, "num_samples": 20, "C": 10.0,
    }  # fmt: skip
    space = {}
    script = as_python(explorer.experiment(), explorer, explorer.picture)
    exec(script.replace("picture.to_dataframe", "0 and picture.to_dataframe"), space)
    np.testing.assert_allclose(space["picture"]["value"], explorer.picture.value[..., 0], atol=1e-6)


def test_one_parameter_cannot_be_compared_twice():
    with pytest.raises(InputError, match="must differ"):
        ExplorerState(**TWO | {"also": "num_samples"}).experiment()


def test_a_hidden_parameter_that_a_link_gets_wrong_is_its_first(explorer):
    explorer.param.update(x="C", y="num_samples", panel="gate", at="noise_level:9,gate", **TWO)
    wait(lambda: explorer.picture.x.name == "C")
    assert explorer.picture.at == {"noise_level": 0.1}


def test_axes_that_meet_change_places():
    known = ("gate", "noise_level", "seed")
    assert fitting_axes("gate", "gate", "", known) == ("gate", "noise_level", "")
    assert fitting_axes("noise_level", "noise_level", "", known) == ("noise_level", "gate", "")


def test_a_late_drawing_of_an_old_sweep_is_dropped(explorer, monkeypatch):
    old, done = explorer.dataset, threading.Event()

    def late(dataset, view):
        if dataset is old:
            wait(lambda: explorer.dataset is not old and explorer.picture.y.name == "C")
        picture = draw(dataset, view)
        if dataset is old:
            done.set()
        return picture

    monkeypatch.setattr("gatesweep.app.explorer.explorer.draw", late)
    explorer.compare = "C"  # trains, and draws what is still there in the new arrangement
    assert done.wait(20)
    time.sleep(0.5)
    assert len(explorer.pictures.cells.data["where"]) == 3 * 7 * 3


def test_a_drawing_that_failed_is_forgotten_once_the_next_is_there(explorer, monkeypatch):
    """Until then, as while the grid cannot be trained, the address must not follow."""
    with monkeypatch.context() as broken:
        broken.setattr("gatesweep.app.explorer.explorer.draw", lambda dataset, view: 1 / 0)
        explorer.measure = "train_loss"
        wait(lambda: "division" in explorer.error)
    explorer.measure = "test_loss"
    wait(lambda: explorer.picture.measure == "test_loss")
    assert explorer.error == ""
    explorer.gate = []
    explorer.measure = "train_loss"
    wait(lambda: explorer.picture.measure == "train_loss")
    assert "at least one gate" in explorer.error


def test_both_palettes_are_worn_and_taken_off(explorer):
    inks = []
    for dark in (True, False):
        explorer.dark = dark
        inks.append([figure.background_fill_color for figure in explorer.pictures.figures])
    assert inks == [[DARK.paper] * 2, [LIGHT.paper] * 2]


def test_a_finger_reads_a_cell_before_it_opens_it(explorer):
    explorer.layout.finger.is_used = True
    for cell in (7, 7, 3):
        explorer.pictures.cells.selected.indices = [cell]
    (settings,) = explorer.opened
    assert (settings["gate"], settings["noise_level"]) == ("XOR", 0.3)
    explorer.layout._open()  # the button: what was read last
    assert explorer.opened[1]["gate"] == "OR"


@pytest.mark.parametrize(
    ("view", "said"), [({}, "Each cell is 4 trained"), ({"x": "seed"}, "Each cell is one trained")]
)
def test_a_newcomer_is_told_what_a_cell_is(explorer, view, said):
    before = explorer.picture
    explorer.param.update(**view)
    wait(lambda: not view or explorer.picture is not before)

    def title():
        return re.sub("<[^>]*>", "", explorer.layout.title.object)

    assert said in title()
    explorer.pictures.cells.selected.indices = [0]
    assert said not in title()
