"""Elements hold the numbers of the sweep, and compose."""

import holoviews as hv
import numpy as np
import pytest
import xarray as xr

from gatesweep import plots, theory
from gatesweep.errors import InputError
from gatesweep.plots.drawn import Drawn
from gatesweep.plots.look import DARK, LIGHT, painted
from gatesweep.results.statistics import summary
from gatesweep.sweep import sweep

NOISE = (0.0, 0.3, 0.8)


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return sweep(gate=("AND", "XOR"), noise_level=NOISE, seed=range(5), num_samples=60)


def test_heatmap_holds_the_median_of_each_cell(dataset):
    table = plots.heatmap(dataset).dframe()
    assert len(table) == 6
    for row in table.itertuples():
        runs = dataset["exact_accuracy"].sel(gate=row.gate, noise_level=float(row.noise_level))
        assert row.value == pytest.approx(np.median(runs))


def test_heatmaps_side_by_side(dataset):
    layout = plots.heatmap(dataset, measure="test_loss", statistic="worst", x="seed", y="noise_level", panel="gate")
    assert list(layout.keys()) == ["AND", "XOR"]
    values = layout["XOR"].dframe()["value"]
    np.testing.assert_allclose(values, dataset["test_loss"].sel(gate="XOR").values.ravel(), rtol=1e-6)


def test_gaps_are_coloured_around_zero(dataset):
    low, high = hv.Store.lookup_options("bokeh", plots.heatmap(dataset, measure="gap_to_bayes"), "plot").kwargs["clim"]
    assert low == -high < 0


def test_curves_hold_median_band_and_limits(dataset):
    overlay = plots.curves(dataset)["XOR"]
    elements = {element.label: element for element in overlay}
    runs = dataset["exact_accuracy"].sel(gate="XOR")
    np.testing.assert_allclose(elements["median"].dimension_values(1), runs.median("seed"), rtol=1e-6)
    np.testing.assert_allclose(
        elements["Bayes limit"].dimension_values(1), theory.bayes_accuracy("XOR", np.array(NOISE))
    )
    band = elements["10 to 90 % of seeds"]
    np.testing.assert_allclose(
        band.dimension_values(1), np.quantile(runs.values.astype(float), 0.1, axis=-1), rtol=1e-6
    )
    np.testing.assert_allclose(
        band.dimension_values(2), np.quantile(runs.values.astype(float), 0.9, axis=-1), rtol=1e-6
    )


def test_curves_of_a_gap_have_their_limits_too(dataset):
    elements = {element.label: element for element in plots.curves(dataset, measure="gap_to_bayes")["XOR"]}
    np.testing.assert_allclose(elements["Bayes limit"].dimension_values(1), 0)


def test_a_summary_draws_as_its_sweep(dataset):
    frame = summary(dataset, "weight_norm", "mean")
    assert (
        plots.heatmap(frame).dframe().equals(plots.heatmap(dataset, measure="weight_norm", statistic="mean").dframe())
    )


def test_boundary_is_where_the_logit_is_zero():
    weight, intercept = np.array([2.0, -1.0, 3.0]), -0.7
    path = plots.boundary(weight, intercept).dframe().dropna()
    logit = path["x1"] * 2.0 - path["x2"] + 3.0 * path["x1"] * path["x2"] - 0.7
    assert len(path) > 50 and np.abs(logit).max() < 0.01


def test_surface_is_the_probability_at_each_place():
    image = plots.surface([1.5, -2.0], 0.25, size=20)
    table = image.dframe()
    expected = 1 / (1 + np.exp(-(1.5 * table["x1"] - 2.0 * table["x2"] + 0.25)))
    np.testing.assert_allclose(table["probability"], expected, rtol=1e-9)


def test_everything_composes_and_renders(dataset):
    picture = plots.surface([1, 1], -1.5) * plots.points([[0, 0], [1, 1]], [0, 1]) * plots.boundary([1, 1], -1.5)
    layout = plots.heatmap(dataset) + plots.curves(dataset)
    for shown in (picture, layout):
        hv.render(shown)


def test_a_backend_that_was_chosen_stays_in_use(monkeypatch):
    plots.surface([1, 1], -1.5)
    assert hv.Store.current_backend == "bokeh"
    monkeypatch.setattr(hv.Store, "current_backend", "matplotlib")
    picture = plots.surface([1, 1], -1.5)
    assert hv.Store.current_backend == "matplotlib"
    monkeypatch.undo()
    assert hv.Store.lookup_options("bokeh", picture, "plot").kwargs["frame_width"] == 400


def test_refusals(dataset):
    with pytest.raises(InputError):
        plots.points([[0, 0, 0]], [1])
    with pytest.raises(InputError):
        plots.boundary([1.0], 0)
    with pytest.raises(InputError):
        plots.heatmap(dataset, measure="f1")


def test_a_drawn_picture_takes_new_data_and_another_palette():
    def picture(palette):
        x, colours = np.array([0.0, 1.0]), np.array(palette.classes)
        image = hv.Image(np.zeros((2, 2), np.uint8), label="image").opts(cmap=palette.surface)
        curve = hv.Curve(dict(epoch=x, loss=x), "epoch", "loss", label="curve").opts(color=palette.train)
        points = hv.Points(dict(epoch=x, loss=x, color=colours), ["epoch", "loss"], "color", label="points")
        return (image * curve * points.opts(color=hv.dim("color"))).opts(hooks=[painted(palette)])

    drawn = Drawn(picture(LIGHT), "loss")
    drawn.write({"curve": {"epoch": [0, 1, 2], "loss": [3, 2, 1]}})
    drawn.restyle(picture(DARK))
    fresh = Drawn(picture(DARK), "loss")
    assert list(drawn.sources["curve"].data["loss"]) == [3, 2, 1]
    for one in (drawn, fresh):
        assert one.figure.name == "loss" and one.figure.background_fill_color == DARK.paper
        assert one.layers["image"].glyph.color_mapper.palette == DARK.surface
        assert one.layers["curve"].glyph.line_color == DARK.train
        assert one.layers["points"].glyph.fill_color.field == "color"
        assert one.figure.xaxis[0].axis_label_text_color == DARK.muted
