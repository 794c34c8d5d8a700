"""Elements hold the numbers of the sweep, and compose."""

from dataclasses import replace
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from bokeh.core.property.vectorization import Field
from bokeh.model import Model

from gatesweep import plots, theory
from gatesweep.errors import InputError
from gatesweep.plots.charts import loss_span
from gatesweep.plots.drawn import Drawn
from gatesweep.plots.geometry import PLANE, level
from gatesweep.plots.heatmap import draw_heatmap
from gatesweep.plots.look import DARK, LIGHT, painted
from gatesweep.plots.picture import Axis, Picture
from gatesweep.plots.scale import Scale
from gatesweep.plots.sheet import Sheet
from gatesweep.results.statistics import summary
from gatesweep.sweep import sweep

NOISE = (0.0, 0.3, 0.8)


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return sweep(gate=("AND", "XOR"), noise_level=NOISE, seed=range(5), num_samples=60)


def layers(picture: hv.Overlay) -> dict[str, hv.Element]:
    return {element.label: element for element in picture}


def cells(picture: hv.Overlay) -> pd.DataFrame:
    return layers(picture)["squares"].dframe().set_index("where")


def test_heatmap_holds_the_median_of_each_cell(dataset):
    table = cells(plots.heatmap(dataset))
    assert len(table) == 6
    for gate in ("AND", "XOR"):
        for noise_level in NOISE:
            runs = dataset["exact_accuracy"].sel(gate=gate, noise_level=noise_level)
            assert table["number"][f"{gate}, noise level {noise_level:g}"] == pytest.approx(np.median(runs))


def test_heatmaps_side_by_side(dataset):
    view = {"measure": "test_loss", "statistic": "worst", "x": "seed", "y": "noise_level", "panel": "gate"}
    picture = plots.heatmap(dataset, **view)
    assert layers(picture)["titles"].dimension_values("text").tolist() == ["AND", "XOR"]
    values = dataset["test_loss"].transpose("gate", "noise_level", "seed").values.ravel()
    np.testing.assert_allclose(cells(picture)["number"], values, rtol=1e-6)


def test_a_measure_without_a_number_anywhere_is_drawn(dataset):
    empty = dataset.assign(exact_accuracy=dataset["exact_accuracy"] * np.nan)
    picture = plots.heatmap(empty)
    assert cells(picture)["number"].isna().all()
    hv.render(picture)


def test_gaps_are_coloured_around_zero(dataset):
    element = layers(plots.heatmap(dataset, measure="gap_to_bayes"))["squares"]
    low, high = hv.Store.lookup_options("bokeh", element, "plot").kwargs["clim"]
    assert low == -high < 0


def heights(curve: dict, scale: Scale, floor: np.ndarray) -> list[np.ndarray]:
    return [(np.array(y) - at) * (scale.high - scale.low) + scale.low for y, at in zip(curve["ys"], floor, strict=True)]


def test_curves_hold_median_band_and_limits(dataset):
    drawn = Drawn(plots.curves(dataset), "curves")
    sources = {name: source.data for name, source in drawn.sources.items()}
    scale = Picture.from_data(dataset, {}).height
    floor = sources["frames"]["bottom"]
    runs = dataset["exact_accuracy"].astype(float)
    medians = runs.median("seed").transpose("gate", "noise_level").values
    np.testing.assert_allclose(heights(sources["lines"], scale, floor), medians, atol=1e-4)
    np.testing.assert_allclose(sources["cells"]["number"], medians.ravel(), rtol=1e-6)
    rings = {"ys": [ring[: 2 * len(NOISE)] for [[ring]] in sources["bands"]["ys"]]}
    for gate, ring in zip(("AND", "XOR"), heights(rings, scale, floor), strict=True):
        low, high = np.quantile(runs.sel(gate=gate).transpose("noise_level", "seed").values, (0.1, 0.9), axis=-1)
        np.testing.assert_allclose(ring, [*low, *high[::-1]], atol=1e-4)
    y = sources["Bayes limit"]["y"].reshape(2, len(NOISE) + 1)[:, :-1]
    bayes = [theory.bayes_accuracy(gate, np.array(NOISE)) for gate in ("AND", "XOR")]
    np.testing.assert_allclose((y - floor[:, None]) * (scale.high - scale.low) + scale.low, bayes)


def test_curves_and_their_legend_follow_the_statistic(dataset):
    runs = dataset["exact_accuracy"].astype(float)
    for statistic, expected in (("mean", runs.mean("seed")), ("worst", runs.min("seed")), ("spread", None)):
        view = {"statistic": statistic}
        drawn, p = Drawn(plots.curves(dataset, **view), "curves"), Picture.from_data(dataset, view)
        lines, floor = drawn.sources["lines"].data, drawn.sources["frames"].data["bottom"]
        expected = runs.median("seed") if expected is None else expected  # A spread is no place on the axis.
        np.testing.assert_allclose(
            heights(lines, p.height, floor), expected.transpose("gate", "noise_level").values, atol=1e-4
        )
        legend = drawn.figure.legend[0]
        said = legend.items[0].label.value
        assert said == {"mean": "mean", "worst": "lowest", "spread": "median"}[statistic]
        assert "mean" not in p.title or said == "mean"


def test_a_scale_of_losses_that_hardly_differ_is_wide():
    train = sweep(gate="XOR", noise_level=0.05, seed=42, record="epoch")["train_loss_history"].values.ravel()
    assert np.ptp(train) < 0.002
    low, high = loss_span(train, train)["y"]
    assert high - low >= 0.1 and low < train.min() <= train.max() < high


def test_curves_of_a_gap_have_their_limits_too(dataset):
    view = {"measure": "gap_to_bayes"}
    scale = Picture.from_data(dataset, view).height
    y = layers(plots.curves(dataset, **view))["Bayes limit"].dimension_values("y")
    height = y[~np.isnan(y)] * (scale.high - scale.low) + scale.low
    np.testing.assert_allclose(height, 0, atol=1e-9)


def test_a_summary_draws_as_its_sweep(dataset):
    frame = summary(dataset, "weight_norm", "mean")
    of_sweep = cells(plots.heatmap(dataset, measure="weight_norm", statistic="mean"))
    pd.testing.assert_frame_equal(cells(plots.heatmap(frame)), of_sweep)


def test_layers_of_one_group_draw_from_one_source(dataset):
    above = Drawn(plots.heatmap(dataset), "heatmap")
    below = Drawn(plots.curves(dataset), "curves", above.sources)
    assert below.layers["targets"].data_source is above.layers["squares"].data_source
    assert {"left", "dark_text", "cx", "where"} <= set(above.sources["cells"].data)


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


def test_matplotlib_once_chosen_stays_and_draws_the_plane(dataset):
    X, y = np.array([[0.0, 0.25], [1.0, 0.5], [0.5, 1.5]]), np.array([0, 1, 1])
    hv.renderer("matplotlib")
    hv.Store.set_current_backend("matplotlib")
    try:
        picture = plots.surface([1.5, -2.0], 0.25, size=20) * plots.points(X, y) * plots.boundary([0.0, 1.0], -0.5)
        plots.heatmap(dataset), plots.curves(dataset)
        assert hv.Store.current_backend == "matplotlib"
        axes = hv.render(picture).axes[0]
    finally:
        hv.Store.set_current_backend("bokeh")
    x1, x2 = np.meshgrid(side := np.linspace(-1, 2, 41)[1::2], side)
    image = axes.images[0]
    upward = np.asarray(image.get_array())[:: 1 if image.origin == "lower" else -1]
    np.testing.assert_allclose(upward, 1 / (1 + np.exp(-(1.5 * x1 - 2.0 * x2 + 0.25))), rtol=1e-9)
    *classes, line = axes.collections
    for label, found in enumerate(classes):
        np.testing.assert_array_equal(found.get_offsets(), X[y == label])
    np.testing.assert_allclose(np.concatenate([path.vertices for path in line.get_paths()])[:, 1], 0.5, atol=1e-9)


def test_refusals(dataset):
    with pytest.raises(InputError):
        plots.points([[0, 0, 0]], [1])
    with pytest.raises(InputError):
        plots.boundary([1.0], 0)
    with pytest.raises(InputError):
        plots.heatmap(dataset, measure="f1")


def test_what_a_page_draws_waits_for_no_graphics_card(dataset):
    assert Drawn(plots.heatmap(dataset), "heatmap").figure.output_backend == "canvas"


@pytest.mark.parametrize("seed", range(40))
def test_a_bent_boundary_is_where_the_logit_is_0_and_smooth(seed):
    draw = np.random.default_rng(seed)
    weight, intercept = draw.normal(0, 5, 3), draw.normal(0, 5)
    weight[2] *= 10.0 ** draw.integers(-4, 2)
    x1, x2 = level(weight, intercept)
    scale = np.abs(weight).max() + abs(intercept)
    logits = weight[0] * x1 + weight[1] * x2 + weight[2] * x1 * x2 + intercept
    np.testing.assert_allclose(logits[np.isfinite(logits)], 0, atol=1e-9 * scale)
    # Midway between two of its points, in the view, the straight piece that is drawn lies on the curve too.
    middle1, middle2 = (x1[1:] + x1[:-1]) / 2, (x2[1:] + x2[:-1]) / 2
    seen = (np.abs(middle1 - 0.5) <= 1.5) & (np.abs(middle2 - 0.5) <= 1.5)
    away = weight[0] * middle1 + weight[1] * middle2 + weight[2] * middle1 * middle2 + intercept
    slope = np.hypot(weight[0] + weight[2] * middle2, weight[1] + weight[2] * middle1)
    assert (np.abs(away[seen]) <= 0.01 * slope[seen] + 1e-9 * scale).all()
    # And wherever the logit changes its sign along an edge of a fine grid, the curve passes by.
    side = np.linspace(*PLANE, 61)
    grid = weight[0] * side + weight[1] * side[:, None] + weight[2] * side * side[:, None] + intercept
    row, column = np.nonzero(grid[:, 1:] * grid[:, :-1] < 0)
    for i, j in zip(row[::7], column[::7], strict=True):
        assert np.nanmin(np.hypot(x1 - side[j], x2 - side[i])) < 0.2


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


@pytest.mark.parametrize("colours", [[], ["#102030"], ["#102030", "#405060"]], ids=["none", "one", "two"])
def test_a_drawn_column_of_colours_is_drawn_as_it_is(colours):
    table = {"x": [0.0] * len(colours), "y": [1.0] * len(colours), "fill_color": colours}
    points = hv.Points(table, ["x", "y"], "fill_color", label="points").opts(fill_color=hv.dim("fill_color"))
    glyph = Drawn(points, "points").layers["points"].glyph
    assert glyph.fill_color == Field("fill_color")


def assert_copied(original: Any, copy: Any, known: dict[str, str]) -> None:
    """All that it is made of and set to is equal, and no model is shared; `known`: the copy's id by the original's."""
    if isinstance(original, Model):
        if original.id in known:
            assert copy.id == known[original.id]
            return
        known[original.id] = copy.id
        assert type(copy) is type(original) and copy.id not in known
        values = copy.properties_with_values()
        for name, value in original.properties_with_values().items():
            assert_copied(value, values[name], known)
    elif isinstance(original, Field):
        assert copy.field == original.field
        assert_copied(original.transform, copy.transform, known)
    elif isinstance(original, dict):
        assert copy.keys() == original.keys()
        for name, value in original.items():
            assert_copied(value, copy[name], known)
    elif isinstance(original, list | tuple):
        for one, other in zip(original, copy, strict=True):
            assert_copied(one, other, known)
    else:
        np.testing.assert_equal(copy, original)


@pytest.mark.parametrize("draw", [plots.curves, plots.heatmap])
def test_a_copy_of_a_drawn_picture_is_the_same_picture_and_shares_no_part_of_it(dataset, draw):
    drawn = Drawn(draw(dataset), "picture")
    copy, other = drawn.copy(), drawn.copy()
    for each in (copy, other):
        known: dict[str, str] = {}
        assert_copied(drawn.figure, each.figure, known)
        assert len(known) == len(drawn.figure.references()) == len(each.figure.references())
        assert each.sources.keys() == drawn.sources.keys() and each.layers.keys() == drawn.layers.keys()
    assert copy.figure.references().isdisjoint(other.figure.references())
    label = next(iter(copy.sources))
    before = dict(drawn.sources[label].data)
    copy.write({label: {name: np.zeros(1) for name in before}})
    for each in (drawn, other):
        np.testing.assert_equal(dict(each.sources[label].data), before)


@pytest.mark.parametrize(
    ("n", "width", "columns"), [(3, 1100, 3), (5, 1100, 5), (9, 1100, 5), (16, 1100, 8), (4, 330, 2)]
)
def test_no_small_picture_stands_alone_where_its_row_could_have_more(n, width, columns):
    trellis = Sheet(("a",) * n, width, 300).trellis
    assert trellis.columns == columns
    assert trellis.n - (trellis.rows - 1) * trellis.columns > 1


@pytest.mark.parametrize("width", [400, 800, 1000, 1200, 1500, 2000, 3000])
def test_numbers_in_cells_have_the_room_that_they_need(dataset, width):
    p = Picture.from_data(dataset, {"measure": "gap_to_best_line"})
    wide = replace(
        p,
        x=Axis("noise_level", np.linspace(0, 1, 21)),
        **{name: np.repeat(getattr(p, name), 7, axis=2) for name in ("value", "low", "median", "high", "diverged")},
    )
    drawn = Drawn(draw_heatmap(wide, -1, Sheet(("",), width, 400), LIGHT), "heatmap")
    letters = 5 * 6.2 * max(1, width / 1100)  # "−0.25" in digits of 11.5 pixels
    is_shown = drawn.layers["dark text"].visible
    assert is_shown == drawn.layers["light text"].visible
    assert not is_shown or width / 21 > letters
    assert is_shown or width < 1000
