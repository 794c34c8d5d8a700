"""Columns of the Explorer's data sources, from a Picture. NumPy in, columns out."""

from functools import lru_cache

import numpy as np
from bokeh.palettes import Cividis256, Viridis256

from gatesweep.app.explorer.picture import Picture, Trellis
from gatesweep.app.theme import DARK, Palette

__all__ = [
    "CELL_COLUMNS",
    "MAX_BANDS",
    "MAX_LINES",
    "TEXT_COLUMNS",
    "cell_columns",
    "diverged_columns",
    "dynamic_columns",
    "limit_columns",
    "line_colours",
    "line_columns",
    "ramp",
]

CELL_COLUMNS = (
    *("left", "right", "bottom", "top", "mx", "my", "cx", "cy", "dot", "where"),
    *("color", "number", "dark_text", "light_text", "low", "high"),
)
"""All columns of the cells."""
TEXT_COLUMNS = ("dot", "where", "dark_text", "light_text")
MAX_LINES = 128
"""Lines in all facets together; where there are more rows, every second, third ... one is drawn."""
MAX_BANDS = 3
"""Bands in one facet; more of them hide each other."""
MAX_TEXTS = 600
"""Cells beyond which no numbers are written into them."""


@lru_cache(maxsize=8)
def ramp(is_diverging: bool, palette: Palette) -> tuple[list[str], np.ndarray]:
    """256 colours, and whether each one needs white letters."""
    stops = (palette.classes[1], palette.grid, palette.classes[0]) if is_diverging else Cividis256
    channels = np.array([[int(c[i : i + 2], 16) for c in stops] for i in (1, 3, 5)])
    place, known = np.linspace(0, 1, 256), np.linspace(0, 1, len(stops))
    rgb = np.stack([np.interp(place, known, channel) for channel in channels], -1)
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in rgb.round().astype(int).tolist()], rgb @ [0.3, 0.59, 0.11] < 125


def cell_columns(
    p: Picture, epoch: int, heatmap: Trellis, curves: Trellis, palette: Palette
) -> dict[str, list | np.ndarray]:
    """Every column of the cells, one row each in the order (panel, y, x)."""
    shape = p.value.shape[:3]
    panel, row, column = (i.ravel() for i in np.indices(shape))
    row = row if p.y.is_number else shape[1] - 1 - row
    x, y = (o[panel] for o in heatmap.origin)
    left, bottom = x + column / shape[2], y + row / shape[1]
    facet = _facet(p)
    n_lines = len(p.y.values) if p.facets[0] != "row" else 1
    colours = np.array(line_colours(p, palette, n_lines))
    line = np.indices(shape)[1].ravel() if n_lines > 1 else np.zeros(panel.size, int)
    return {
        "left": left,
        "right": left + 1 / shape[2],
        "bottom": bottom,
        "top": bottom + 1 / shape[1],
        "mx": left + 0.5 / shape[2],
        "my": bottom + 0.5 / shape[1],
        "cx": curves.origin[0][facet] + (column + 0.5) / shape[2],
        "dot": colours[line].tolist(),
        "where": _names(p),
    } | dynamic_columns(p, epoch, curves, palette)


def dynamic_columns(p: Picture, epoch: int, curves: Trellis, palette: Palette) -> dict[str, list | np.ndarray]:
    """The columns that another epoch changes."""
    value = p.value[..., epoch].ravel()
    scale = p.colour
    colour = scale.to(value)
    place = (np.nan_to_num(colour, nan=scale.high) - scale.low) / (scale.high - scale.low or 1)
    white = ramp(scale.is_diverging, palette)[1][np.clip(place * 255, 0, 255).astype(int)]
    median = p.median[..., epoch].ravel()
    texts = [_short(v) for v in value] if value.size <= MAX_TEXTS else [""] * value.size
    columns = {
        "color": colour,
        "number": value,
        "dark_text": np.where(white, "", texts).tolist(),
        "light_text": np.where(white, texts, "").tolist(),
        "cy": curves.origin[1][_facet(p)] + _height(p, median),
    }
    low, high = (p.value if edge is None else edge for edge in (p.low, p.high))
    return columns | {"low": low[..., epoch].ravel(), "high": high[..., epoch].ravel()}


def diverged_columns(p: Picture, epoch: int, heatmap: Trellis) -> dict[str, np.ndarray]:
    """Sides of the cells where most fits diverged."""
    panel, row, column = np.nonzero(p.diverged[..., epoch] >= 0.5)
    _, n_rows, n_columns = p.value.shape[:3]
    x, y = (o[panel] for o in heatmap.origin)
    left, bottom = x + column / n_columns, y + (row if p.y.is_number else n_rows - 1 - row) / n_rows
    return {"left": left, "right": left + 1 / n_columns, "bottom": bottom, "top": bottom + 1 / n_rows}


def line_columns(
    p: Picture, array: np.ndarray | tuple[np.ndarray, np.ndarray] | None, curves: Trellis, palette: Palette
) -> dict[str, list]:
    """One line for each row of `array` (panel, y, x), or one band between two of them.

    There are always MAX_LINES, most of them nowhere: Bokeh fails if it paints while their number changes.
    """
    edges = [] if array is None else [p.curves(a) for a in (array if isinstance(array, tuple) else (array,))]
    xs, ys, colours = [], [], []
    if edges and (len(edges) == 1 or edges[0].shape[1] <= MAX_BANDS):
        n_facets, n_lines, n = edges[0].shape
        x = (np.arange(n) + 0.5) / n
        named = line_colours(p, palette, n_lines)
        for facet, line in np.ndindex(n_facets, n_lines):
            if line % -(-n_facets * n_lines // MAX_LINES):
                continue
            left, bottom = (o[facet] for o in curves.origin)
            there, *back = (bottom + _height(p, edge[facet, line]) for edge in edges)
            # Lists, not arrays: each array would be two messages of its own, hundreds for one picture.
            xs.append((left + (np.concatenate([x, x[::-1]]) if back else x)).round(5).tolist())
            ys.append(np.concatenate([there, *(h[::-1] for h in back)]).round(5).tolist())
            colours.append(named[line])
    nowhere: list[list] = [[]] * (MAX_LINES - len(xs))
    return {"xs": xs + nowhere, "ys": ys + nowhere, "color": colours + ["#000000"] * len(nowhere)}


def limit_columns(p: Picture, array: np.ndarray | None, curves: Trellis) -> dict[str, np.ndarray]:
    """A limit in every facet as one line with gaps; rows that coincide are drawn once."""
    if array is None:
        return {"x": np.array([np.nan]), "y": np.array([np.nan])}
    shaped = p.curves(array)
    n = shaped.shape[-1]
    across = (np.arange(n) + 0.5) / n if n > 1 else np.array([0.2, 0.8])  # one point alone would be no line
    x, y = [], []
    for facet, rows in enumerate(shaped):
        left, bottom = (o[facet] for o in curves.origin)
        for row in np.unique(rows, axis=0):
            x += [left + across, [np.nan]]
            y += [bottom + np.resize(_height(p, row), len(across)), [np.nan]]
    return {"x": np.concatenate(x), "y": np.concatenate(y)}


def line_colours(p: Picture, palette: Palette, n_lines: int) -> list[str]:
    """Hues for a few names, a ramp that stays legible on the paper for numbers."""
    if n_lines <= 2:
        return list(palette.classes[:n_lines])
    first, last = (0.3, 1.0) if palette is DARK else (0.0, 0.82)
    return [Viridis256[int(255 * (first + (last - first) * i / (n_lines - 1)))] for i in range(n_lines)]


def _facet(p: Picture) -> np.ndarray:
    panel, row, _ = (i.ravel() for i in np.indices(p.value.shape[:3]))
    return {"panel": panel, "row": row, "one": panel}[p.facets[0]]


def _height(p: Picture, values: np.ndarray) -> np.ndarray:
    scale = p.height
    return np.clip((scale.to(values) - scale.low) / (scale.high - scale.low), -0.02, 1.02)


def _short(value: float) -> str:
    if not np.isfinite(value):
        return ""
    if abs(value) >= 100:
        return f"{value:.0f}" if abs(value) < 1e5 else f"{value:.0e}".replace("e+0", "e")
    return f"{value:.1f}" if abs(value) >= 10 else f"{round(value, 2) + 0.0:.2f}"


def _names(p: Picture) -> list[str]:
    rows = [t if p.y.name == "gate" else f"{p.y.name.replace('_', ' ')} {t}" for t in p.y.texts]
    columns = [f"{p.x.name.replace('_', ' ')} {t}" for t in p.x.texts]
    panels = [f"{t}, " if t else "" for t in p.panel_texts]
    return [f"{a}{b}, {c}" for a in panels for b in rows for c in columns]
