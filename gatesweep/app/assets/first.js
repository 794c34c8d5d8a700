// Before the page is asked for; see `compat.page_template`.

// The scheme of the device goes along with the request for a session, so that all of it is made in these colours.
document.cookie = `gatesweep-scheme=${matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"}; SameSite=Strict`
