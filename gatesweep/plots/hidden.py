"""The hidden space: the rows where the hidden neurons put them, and the line that the output draws there."""

from typing import Any

import holoviews as hv
import numpy as np

from gatesweep.gates import corners
from gatesweep.models import Model
from gatesweep.plots.boundary import marked
from gatesweep.plots.drawn import Columns
from gatesweep.plots.geometry import contours, shades
from gatesweep.plots.labels import unit_name
from gatesweep.plots.look import LIGHT, Palette, on_paper, painted, typed, with_bokeh

__all__ = ["hidden_columns", "hidden_labels", "hidden_space", "hidden_span", "pair_of"]

PIXELS = 60
MARGIN = 0.09
"""Of the span, on either side."""
SPANS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
"""What a hidden neuron can say; a relu has no upper end."""
TOGETHER = 0.04
"""Of the span: corners so near to each other share a name."""
ASIDE = 22
"""Pixels between a corner and its name."""

Pair = tuple[int, int | None]
"""Which hidden neurons are across and up, counted from 0; a single one has none beside it."""


def pair_of(model: Model, X: np.ndarray, asked: tuple[int, int] = (0, 0)) -> Pair:
    """The neurons to look at: those asked for, counted from 1, and for 0 the one of the rest that matters most.

    What a neuron matters is how far its output weight moves the logit: |weight| times the spread of what it says of
    the rows X (n, 2). Neither the order nor the sign of neurons changes which ones these are.
    """
    matters = np.nan_to_num(np.abs(model.output_weight) * model.hidden(X).std(-1))
    known = [place - 1 for place in asked if 0 < place <= model.hidden_units]
    rest = [int(place) for place in np.argsort(-matters, kind="stable") if place not in known]
    across, up = (place - 1 if 0 < place <= model.hidden_units else None for place in asked)
    across = rest.pop(0) if across is None else across
    up = (rest.pop(0) if rest else None) if up is None or up == across else up
    return across, up


def hidden_span(model: Model, X: np.ndarray) -> tuple[float, float]:
    """Both ends of both axes; of relus up to a power of 2, so that they rest while the epochs play."""
    if model.activation in SPANS:
        low, high = SPANS[model.activation]
    else:
        known = model.hidden(X)
        low, high = 0.0, float(2.0 ** np.ceil(np.log2(known[np.isfinite(known)].max(initial=1.0))))
    pad = MARGIN * (high - low)
    return low - pad, high + pad


def hidden_columns(
    model: Model,
    pair: Pair,
    X: np.ndarray,
    y: np.ndarray,
    is_test: np.ndarray,
    wrong: np.ndarray,
    threshold: float,
    palette: Palette,
) -> Columns:
    """Rows X (n, 2) with labels y where two hidden neurons put them, the corners, and the output's line.

    The line is that of the two alone: what the others say is taken at its mean over the rows.
    """
    across, up = pair
    low, high = hidden_span(model, X)
    says, at_corners = model.hidden(X), model.hidden(corners(2).astype(float))
    # A single neuron has all rows on one line: they stand one above the other, in no order that matters.
    beside = low + (high - low) * (np.arange(len(X)) + 0.5) / max(len(X), 1)
    place_up = beside if up is None else says[up]
    corner_up = np.full(4, (low + high) / 2) if up is None else at_corners[up]
    weight = model.output_weight
    others = [place for place in range(len(weight)) if place not in pair]
    rest = float(model.intercept) + float(weight[others] @ says[others].mean(-1)) if len(X) else 0.0
    side = np.linspace(low, high, PIXELS + 1)
    middle = (side[1:] + side[:-1]) / 2

    def logit(x: np.ndarray) -> np.ndarray:
        return rest + weight[across] * x + (0.0 if up is None else weight[up]) * x[:, None]

    [(x, z)] = contours(side, side, logit(side), (threshold,))
    wide = high - low
    return {
        "surface": {"image": [shades(logit(middle))], "x": [low], "y": [low], "dw": [wide], "dh": [wide]},
        "rows": {"a": says[across], "b": place_up, "x1": X[:, 0], "x2": X[:, 1]} | marked(y, is_test, palette),
        "misclassified": {"a": says[across][wrong], "b": place_up[wrong]},
        "boundary": {"a": x, "b": z},
        "corners": _corner_names(at_corners[across], corner_up, low, wide),
    }


def _corner_names(a: np.ndarray, b: np.ndarray, low: float, wide: float) -> dict[str, list]:
    """The names of the four corners beside their places, towards the middle; those that lie together share one."""
    names: dict[str, list] = {name: [] for name in ("a", "b", "text", "dx", "dy")}
    for x, y, corner in zip(a.tolist(), b.tolist(), corners(2), strict=True):
        text = f"{corner[0]:.0f} {corner[1]:.0f}"
        places = enumerate(zip(names["a"], names["b"], strict=True))
        near = next((i for i, place in places if max(abs(place[0] - x), abs(place[1] - y)) < TOGETHER * wide), None)
        if near is not None:
            names["text"][near] += f"\n{text}"
            continue
        beside = (ASIDE if at < low + wide / 2 else -ASIDE for at in (x, y))
        dx, up = beside
        for name, entry in zip(names, (x, y, text, dx, -up), strict=True):
            names[name].append(entry)
    return names


def hidden_labels(pair: Pair) -> tuple[str, str]:
    """What the axes are called."""
    across, up = pair
    return f"what {unit_name(across)} says", "rows, one above the other" if up is None else f"what {unit_name(up)} says"


@with_bokeh()
def hidden_space(columns: Columns, palette: Palette = LIGHT) -> hv.Overlay:
    """The rows in the space that the output sees, of what `hidden_columns` gives."""
    axes = [hv.Dimension("a", label="what h₁ says"), hv.Dimension("b", label="what h₂ says")]
    image = columns["surface"]
    [shade], [low], [wide] = (image[name] for name in ("image", "x", "dw"))
    styles, high = ("marker", "fill_color", "line_color"), low + wide
    layers = [
        hv.Image(shade[::-1], axes, "shade", bounds=(low, low, high, high), label="surface").opts(
            cmap=palette.surface, clim=(0, 255), default_tools=[]
        ),
        hv.Points(columns["misclassified"], axes, label="misclassified").opts(
            marker="circle", size=14, fill_alpha=0, line_color=palette.ink, line_width=1.4, default_tools=[]
        ),
        hv.Points(columns["rows"], axes, [*styles, "label", "part", "x1", "x2"], label="rows").opts(
            size=9, line_width=1.4, alpha=0.8, default_tools=[], **{name: hv.dim(name) for name in styles}
        ),
        hv.Curve(columns["boundary"], *axes, label="boundary").opts(
            color=palette.ink, line_width=4, default_tools=[]
        ),
        hv.Labels(columns["corners"], axes, ["text", "dx", "dy"], label="corners").opts(
            text_color=palette.ink, text_font_size="1rem", text_font_style="bold", default_tools=[],
            hooks=[typed, on_paper(palette), _beside],
        ),
    ]  # fmt: skip
    return hv.Overlay(layers).opts(
        xlim=(low, high), ylim=(low, high), show_legend=False, toolbar=None, default_tools=[], responsive=True,
        hooks=[painted(palette, min_border_left=66, min_border_bottom=54, min_border_right=12, min_border_top=12)],
    )  # fmt: skip


def _beside(plot: Any, element: Any) -> None:
    """A corner's name does not hide the rows that lie there."""
    plot.handles["glyph"].update(x_offset="dx", y_offset="dy", background_fill_alpha=0.8)
