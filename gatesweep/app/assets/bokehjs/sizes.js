// On an axis BokehJS works out a size in em before it is told what an em is there, and takes it for 13 pixels: no tick
// would grow with the page. It is worked out again once that is known; for the axis of a colour bar it never is, and is
// that of figure.css.
{
  const {GraphicsBox, TextBox} = Bokeh.require("core/graphics")
  const setter = (of, name) => Object.getOwnPropertyDescriptor(of.prototype, name).set
  const look = setter(TextBox, "visuals"), measure = setter(GraphicsBox, "base_font_size")
  Object.defineProperties(TextBox.prototype, {
    visuals: {set(visuals) { look.call(this, this.givenVisuals = visuals) }},
    base_font_size: {get() { return this._base_font_size }, set(pixels) {
      measure.call(this, pixels ?? .875 * parseFloat(getComputedStyle(document.documentElement).fontSize))
      if (this.givenVisuals) look.call(this, this.givenVisuals)
    }},
  })
}
