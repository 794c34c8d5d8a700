"""What `gatesweep/__init__.py` loads on first use."""

from gatesweep import plots as plots
from gatesweep import summaries as summaries
from gatesweep import theory as theory
from gatesweep.app.explorer.explorer import Explorer as Explorer
from gatesweep.app.lab.lab import Lab as Lab
from gatesweep.errors import InputError as InputError
from gatesweep.estimator import BatchedLogisticRegression as BatchedLogisticRegression
from gatesweep.experiment import Experiment as Experiment
from gatesweep.fit import Fit as Fit
from gatesweep.fit import fit as fit
from gatesweep.gates import Gate as Gate
from gatesweep.gates import as_gate as as_gate
from gatesweep.lecture import generate_data_with_noise as generate_data_with_noise
from gatesweep.page.export import export as export
from gatesweep.settings import Settings as Settings
from gatesweep.sweep import Cancelled as Cancelled
from gatesweep.sweep import sweep as sweep
from gatesweep.tables.fit_table import fit_table as fit_table

__version__: str
