"""The Lab: panel serve apps/lab.py"""

from gatesweep.app.page import create_app

create_app(view="lab").servable()
