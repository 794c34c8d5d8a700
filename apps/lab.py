"""The Lab: panel serve apps/lab.py"""

from gatesweep.app.shell import create_app

create_app(view="lab").servable()
