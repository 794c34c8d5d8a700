"""The Explorer alone: `panel serve apps/explorer.py`."""

import panel as pn

from gatesweep.app.explorer.explorer import Explorer

pn.extension(notifications=True)
Explorer().servable(title="gatesweep Explorer")
