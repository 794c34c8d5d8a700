"""The whole app: panel serve apps/app.py"""

from gatesweep.app.page import create_app

create_app().servable()
