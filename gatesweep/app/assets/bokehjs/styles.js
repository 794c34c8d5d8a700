// BokehJS looks for a style sheet's word on each property of each mark, 42,000 times in a first view, and has the
// browser work out all styles anew for it. It is asked where a model has styles of its own.
{
  const visual = Bokeh.require("core/visuals/visual").VisualProperties.prototype, ofSheets = visual._get_css_value
  visual._get_css_value = function(name) {
    const {styles} = this.obj.model
    return styles && (styles.size || Object.keys(styles).length) ? ofSheets.call(this, name) : ""
  }
}
