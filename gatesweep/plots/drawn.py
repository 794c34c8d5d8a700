"""A picture on a page: a HoloViews element, rendered once, whose sources then take new data.

A HoloViews stream draws the whole element anew at each event: option lookups, ranges and axes of every layer. That is
felt under a finger that drags (34 ms of Python for six layers behind one Pipe; less than 1 ms this way), so what a
page shows while it moves is written to the sources of what is already drawn.

    drawn = Drawn(picture(columns, LIGHT), name="loss")
    drawn.write({"train": {"epoch": [0, 1], "loss": [0.7, 0.4]}})
    drawn.restyle(picture(columns, DARK))
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import holoviews as hv
from bokeh.core.has_props import HasProps
from bokeh.core.property.validation import validate
from bokeh.core.property.vectorization import Field
from bokeh.document import Document
from bokeh.io.doc import patch_curdoc
from bokeh.model import Model
from bokeh.models import AllIndices, AllLabels, ColorBar, ColumnDataSource, GlyphRenderer, UnionRenderers
from bokeh.plotting import figure
from bokeh.util.serialization import make_id

from gatesweep.plots.look import with_bokeh

__all__ = ["Columns", "Drawn", "layers_of"]

Columns = dict[str, dict[str, Any]]
"""What the layers of a picture draw: columns by name, by the label of the layer."""

LOOKS = ("color", "palette")
"""Properties of Bokeh's models that follow the palette, by how their names end."""


class Drawn:
    """One element or overlay as a Bokeh `figure`; its layers go by their labels."""

    def __init__(
        self,
        picture: hv.Element | hv.Overlay,
        name: str,
        shared: Mapping[str, ColumnDataSource] | None = None,
    ) -> None:
        """`shared`: sources of other pictures, by group, that layers of this one draw from too."""
        self.figure, self.layers = _render(picture)
        self.figure.name = name
        self._parts: list[tuple[Model, dict[str, Any]]] | None = None
        self.sources: dict[str, ColumnDataSource] = dict(shared or {}) | {
            source.name: source for source in self.figure.select({"type": ColumnDataSource}) if source.name
        }
        """What each layer or group draws; and by their own names the sources that a tool of the picture reads."""
        for element in _elements(picture):
            layer = self.layers[element.label]
            layer.name = element.label
            # Layers of a group that has a name draw from one source of that name, all others each from its own.
            if element.group == type(element).__name__:
                self.sources[element.label] = layer.data_source
            else:
                source = self.sources.setdefault(element.group, layer.data_source)
                source.name = element.group
                if source is not layer.data_source:
                    source.data = dict(source.data) | dict(layer.data_source.data)
                    layer.data_source = source

    def write(self, columns: Columns) -> None:
        """Have the layers that are named draw other columns, all of a layer's at once."""
        for label, data in columns.items():
            self.sources[label].data = data

    def patch(self, columns: Columns) -> None:
        """Give the layers that are named other columns of the same length beside those that they have."""
        for label, data in columns.items():
            self.sources[label].data.update(data)

    def span(self, x: tuple[float, float] | None = None, y: tuple[float, float] | None = None) -> None:
        """Show this part of the plane."""
        for axis, ends in ((self.figure.x_range, x), (self.figure.y_range, y)):
            if ends is not None:
                axis.update(start=ends[0], end=ends[1])

    def restyle(self, picture: "hv.Element | hv.Overlay | Drawn") -> None:
        """Take over the colours of `picture`, the same one under another palette, and nothing else of it."""
        figure, layers = (picture.figure, picture.layers) if isinstance(picture, Drawn) else _render(picture)
        _recolour(self.figure, figure)
        for label, layer in self.layers.items():
            _recolour(layer.glyph, layers[label].glyph)
        for mine, its in zip(_parts(self.figure), _parts(figure), strict=True):
            _recolour(mine, its)

    def copy(self) -> "Drawn":
        """Another one that looks the same, for a fifth of what rendering costs."""
        if self._parts is None:
            self._parts = _parts_of(self.figure)
        copies = _copies(self._parts)
        other = object.__new__(Drawn)
        other._parts = None
        other.figure = copies[self.figure.id]
        other.layers = {label: copies[layer.id] for label, layer in self.layers.items()}
        other.sources = {label: copies[source.id] for label, source in self.sources.items()}
        return other


@with_bokeh()
def _render(picture: hv.Element | hv.Overlay) -> tuple[figure, dict[str, GlyphRenderer]]:
    # In a document of its own: HoloViews tells the current one of the plot, which would keep it as long as it lives.
    own = Document()
    with patch_curdoc(own):
        plot = hv.renderer("bokeh").get_plot(picture)
    # HoloViews asks for WebGL, which gains nothing for so few glyphs; without a graphics card, and on a wall's 4K, each
    # painting would wait seconds for its pixels.
    plot.state.output_backend = "canvas"
    layers = layers_of(plot, picture)
    for element in _elements(picture):
        glyph = layers[element.label].glyph
        # HoloViews draws a style whose values are all equal as a constant, and takes no colours at all for numbers;
        # the next ones may differ. Only a layer with a bar of colours has a mapper to keep.
        if not hv.Store.lookup_options("bokeh", element, "plot").kwargs.get("colorbar"):
            styles = {dimension.name for dimension in element.vdims} & set(glyph.properties())
            glyph.update(**{name: Field(name) for name in styles})
            # It makes numbers of the colours of nothing, which are no colours to the browser.
            data = layers[element.label].data_source.data
            data.update({name: [] for name in styles & set(data) if not len(data[name])})
    _slim(plot.state)
    return plot.state, layers


def _slim(plot: figure) -> None:
    """Leave out what nobody sees, and share what has no state: half of a picture's models.

    No layer is dimmed beside a selected one, or by its legend.
    """
    everything, any_layer, labels = AllIndices(), UnionRenderers(), AllLabels()
    for layer in plot.renderers:
        layer.update(selection_glyph=None, nonselection_glyph=None, muted_glyph=None)
        layer.view.filter = everything
        layer.data_source.selection_policy = any_layer
    for axis in plot.axis:
        axis.major_label_policy = labels


def _parts_of(model: Model) -> list[tuple[Model, dict[str, Any]]]:
    """The models that this one is made of, each with what it is set to."""
    return [(part, part.properties_with_values(include_defaults=False)) for part in model.references()]


def _copies(parts: list[tuple[Model, dict[str, Any]]]) -> dict[str, Any]:
    """A copy of each of these models by the id of the original; columns are shared until written."""
    kinds: list[tuple[str, Any]] = [(part.id, type(part)) for part, _ in parts]
    copies = {name: kind.__new__(kind, id=make_id()) for name, kind in kinds}

    def copy(value: Any) -> Any:
        if isinstance(value, Model):
            return copies[value.id]
        if isinstance(value, Field) and isinstance(value.transform, Model):
            return replace(value, transform=copies[value.transform.id])
        if isinstance(value, dict):
            return {name: copy(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(copy(part) for part in value)
        return value

    # What they are set to was valid before.
    with validate(False):
        for part, values in parts:
            # As Bokeh's Deserializer does: a model's own constructor would make parts that are there already.
            HasProps.__init__(copies[part.id], **{name: copy(value) for name, value in values.items()})
    return copies


def layers_of(plot: Any, picture: hv.Element | hv.Overlay) -> dict[str, GlyphRenderer]:
    """What HoloViews' plot of a picture draws its elements with, by their labels; also for a hook."""
    plots = plot.subplots.values() if isinstance(picture, hv.Overlay) else [plot]
    return {
        element.label: part.handles["glyph_renderer"] for element, part in zip(_elements(picture), plots, strict=True)
    }


def _elements(picture: hv.Element | hv.Overlay) -> list[hv.Element]:
    return list(picture) if isinstance(picture, hv.Overlay) else [picture]


def _parts(plot: figure) -> Iterator[Model]:
    """Axes, grids, legends, bars of colours, and the mappers that colour a layer."""
    yield from (*plot.axis, *plot.grid, *plot.legend, *plot.select({"type": ColorBar}))
    for renderer in plot.renderers:
        for value in renderer.glyph.properties_with_values().values():
            if isinstance(value, Field) and isinstance(value.transform, Model):
                yield value.transform
            elif isinstance(value, Model) and hasattr(value, "palette"):
                yield value


def _recolour(mine: Model, its: Model) -> None:
    """Copy the colours that are constants; those that come from a column stay with the data."""
    for name in mine.properties():
        if name.endswith(LOOKS):
            value = getattr(its, name)
            if not isinstance(value, Field | dict) and value != getattr(mine, name):
                setattr(mine, name, value)
