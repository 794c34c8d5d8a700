// BokehJS keeps each layer six times over, as it looks when selected, not selected, muted, decimated and so on, and works
// all of them out anew with every change of its data. Where nothing is ever selected they look as the layer does: each
// is the layer's own glyph, left alone.
{
  const layer = Bokeh.require("models/renderers/glyph_renderer").GlyphRendererView.prototype, build = layer.build_glyph_view
  const nothing = () => {}, alone = Object.fromEntries(
    ["set_base", "set_data", "set_visuals", "after_visuals", "after_lazy_visuals", "map_data", "remove"].map((name) => [name, nothing]))
  layer.build_glyph_view = async function(glyph) {
    const isOwn = glyph === this.model.glyph || glyph === this.model.hover_glyph
    return isOwn ? build.call(this, glyph) : Object.assign(Object.create(this.glyph), alone)
  }
}
