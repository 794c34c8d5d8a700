"""What theory says is possible: exact accuracy and loss of a model, and the limits to compare it with.

Rows are x = corner + noise_level * eps with all 2**k corners equally likely and eps standard normal;
a model says class 1 where its logit is >= 0, as the lecture's p >= 0.5 does. Every function is defined
at noise level 0 and at weight 0, takes NumPy arrays that broadcast, and works in float64.
"""

from gatesweep.theory.accuracy import best_linear_accuracy, exact_accuracy, exact_log_loss, majority_accuracy
from gatesweep.theory.bayes import bayes_accuracy
from gatesweep.theory.lines import best_line, margin
from gatesweep.theory.network import Network, network_accuracy, network_log_loss
from gatesweep.theory.population import population_optima, population_optimum

__all__ = [
    "Network",
    "bayes_accuracy",
    "best_line",
    "best_linear_accuracy",
    "exact_accuracy",
    "exact_log_loss",
    "majority_accuracy",
    "margin",
    "network_accuracy",
    "network_log_loss",
    "population_optima",
    "population_optimum",
]
