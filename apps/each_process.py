"""For more than one process: panel serve apps/app.py --num-procs 2 --setup apps/each_process.py

Panel runs this in every process as it starts. A process serves the scripts of panel-material-ui only once it has
imported it, and without this it would do so with the first page of its own: until then it answers 404 to visitors
whose page another process made.
"""

from gatesweep.app.server import warm_up

warm_up()
