// Before the page is asked for; see `compat.page_template`.

// The scheme of the device goes along with the request for a session, so that all of it is made in these colours.
document.cookie = `gatesweep-scheme=${matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"}; SameSite=Strict`

// BokehJS looks for a style sheet's word on each property of each mark, 42,000 times in a first view, and has the
// browser work out all styles anew for it. None of ours says anything.
Bokeh.require("core/visuals/visual").VisualProperties.prototype._get_css_value = () => ""
