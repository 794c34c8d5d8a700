"""The whole app: panel serve apps/gatesweep.py"""

from gatesweep.app.shell import create_app

create_app().servable()
