"""One sentence for each word, line and mark on the screen: for hover, focus and tap, and for the glossary.

What a parameter means is its declaration's `doc` (`gatesweep.settings`), what a measure means is the measure's
(`gatesweep.results.measures`); here is what has neither.
"""

from dataclasses import dataclass

from gatesweep.lessons.lesson import unbroken

__all__ = ["EXPLANATIONS", "Explanation"]


@dataclass(frozen=True)
class Explanation:
    """A word of the screen and what it means."""

    term: str
    sentence: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "sentence", unbroken(self.sentence))


EXPLANATIONS: dict[str, Explanation] = {
    "model": Explanation(
        "model", "One neuron: a weight for each input and an intercept, trained on the rows of one seed."
    ),
    "net": Explanation(
        "net", "A model with hidden neurons: each sees the inputs, and the output weighs what they say."
    ),
    "activation_function": Explanation(
        "activation function", "What a hidden neuron makes of its weighted sum; without one, many lines are one line."
    ),
    "start": Explanation("start", "The first weights of a model: its init seed draws them, its seed draws the rows."),
    "share_solved": Explanation(
        "share solved", "Models whose exact accuracy is at most 2 points below the Bayes limit, out of all of a cell."
    ),
    "corner": Explanation(
        "corner",
        "One of the combinations of inputs 0 and 1; a row is a corner plus noise, its label the gate's output.",
    ),
    "row": Explanation("row", "One example: its inputs and its label, 0 or 1."),
    "beyond": Explanation(
        "beyond the frame", "Rows so far out that the picture ends before them; they count like all others."
    ),
    "test_row": Explanation("test row", "A row kept out of the training: a fifth of all, drawn hollow."),
    "misclassified": Explanation(
        "misclassified", "A row on the wrong side of the boundary: the model's answer is not the row's label."
    ),
    "boundary": Explanation(
        "boundary", "Where the model is undecided: its probability of class 1 is the threshold, 0.5 unless changed."
    ),
    "quarter_lines": Explanation(
        "dashed lines", "Where the probability of class 1 is 0.25 and 0.75: the closer together, the surer the model."
    ),
    "threshold": Explanation("threshold", "The answer is 1 where the probability of class 1 is at least this."),
    "hidden": Explanation(
        "hidden neuron",
        "A neuron between inputs and output; its line is where its weighted sum is 0, and the arrow points to more.",
    ),
    "weight": Explanation("weight", "How much the logit rises with one unit of that input."),
    "intercept": Explanation("intercept", "The logit where all inputs are 0."),
    "logit": Explanation(
        "logit",
        "Weights times inputs plus intercept: 0 on the boundary, its sign the answer, its sigmoid a probability.",
    ),
    "log_loss": Explanation(
        "log loss",
        "The mean of −log(probability given to the true label), in nats: 0 is sure and right, 0.693 (ln 2) is a coin.",
    ),
    "exact_log_loss": Explanation(
        "exact log loss", "The mean log loss on all possible rows of this gate and noise level."
    ),
    "train": Explanation("train", "On the rows that the model was trained on, four fifths of all."),
    "test": Explanation("test", "On the rows that were kept out of the training."),
    "exact": Explanation(
        "exact", "On all possible rows of this gate and noise level, by a formula: what the test accuracy estimates."
    ),
    "bayes_accuracy": Explanation(
        "Bayes limit", "The best possible: no classifier of any kind is right more often at this gate and noise level."
    ),
    "best_linear_accuracy": Explanation(
        "best line", "The best that any straight line can do at this gate and noise level, found without training."
    ),
    "cross_validated": Explanation(
        "cross-validated",
        "The mean accuracy on five parts, each held out in turn from a model that is trained on the other four.",
    ),
    "best_line_on_rows": Explanation(
        "best line on these rows",
        "The straight line that is right on most of all these rows, train and test, found by looking at every line.",
    ),
    "majority_of_rows": Explanation("majority", "Always answer with the class that most of these rows have."),
    "separable_rows": Explanation(
        "proven",
        "Every way in which a line can part these rows was looked at, also where several of them lie on one line.",
    ),
    "refits": Explanation(
        "refits",
        "Each refit draws as many training rows, some twice and some never: how far these lie apart is chance.",
    ),
    "majority_accuracy": Explanation(
        "majority rule", "Always answer with the gate's more frequent output, whatever the inputs are."
    ),
    "population_accuracy": Explanation(
        "infinitely many rows",
        "The exact accuracy of the line with the lowest log loss on all possible rows: where more and more rows lead.",
    ),
    "seeds": Explanation(
        "seeds", "Each seed draws other rows and so trains another model: how far these lie apart is chance, not skill."
    ),
    "cell": Explanation(
        "cell", "All models of one setting, shown as one number; pointing reads it, opening shows one of them."
    ),
    "band": Explanation("band", "The middle 80% of a cell's models, from the 10% to the 90% quantile."),
    "mark": Explanation(
        "the model from the Lab", "The cell of the model that was on show in the Lab; opening it leads back."
    ),
    "hatching": Explanation(
        "hatching", "Most of these fits ended with a loss more than twice that of their start and of a coin."
    ),
    "loss_surface": Explanation(
        "loss surface",
        "The training loss for every pair of weights, the intercept kept as it is: training is the way down.",
    ),
    "confusion_matrix": Explanation("confusion matrix", "How many test rows of each class got which answer."),
    "precision": Explanation("precision", "Of the test rows that the model calls 1, the share that are 1."),
    "recall": Explanation("recall", "Of the test rows that are 1, the share that the model calls 1."),
    "epoch": Explanation("epoch", "One pass of sgd or adam over all training rows, a mini-batch at a time."),
    "step": Explanation(
        "step", "One step of newton: it fits a parabola to the whole loss and goes to its lowest point."
    ),
    "mini_batch": Explanation("mini-batch", "The few rows whose mean gradient makes one move of sgd or adam."),
    "converged": Explanation("converged", "The loss (with its penalty) is at its lowest: no other weights do better."),
    "max_iter": Explanation("stopped", "The epochs or steps ended before the lowest loss was reached."),
    "separable": Explanation(
        "separable",
        "Some model is right on all training rows, and the loss falls for ever as its numbers grow.",
    ),
    "diverged": Explanation(
        "diverged", "The loss ended at more than twice that of the start and of a coin, or at no number."
    ),
    "redundant": Explanation(
        "redundant", "Columns say the same, so many weights fit equally well; these are the shortest of them."
    ),
    "undecided": Explanation("undecided", "Neither fitted nor proven to have no optimum: rounding hides which."),
    "median": Explanation("median", "Half of a cell's models lie below, half above."),
    "mean": Explanation("mean", "The average over a cell's models."),
    "lesson": Explanation(
        "lesson", "A question, with the settings that show what it is about; its hint and its answer are a press away."
    ),
    "class": Explanation("class", "A row's label, 0 or 1: what the gate says of the corner that the row came from."),
    "truth_table": Explanation(
        "truth table", "The gate's output for each pair of inputs; a press changes one, and the gate's name follows."
    ),
    "new_draw": Explanation("new draw", "The next seed: other rows of the same gate and noise level."),
    "training": Explanation("training", "How the weights are sought: penalty or step size, how long, and from where."),
    "learn_from_here": Explanation(
        "learn from here", "Trains from the weights that were set by hand, and plays what comes of them."
    ),
    "playing": Explanation(
        "player", "The model as it was after each epoch or step of its training: play them, step, or drag."
    ),
    "equation": Explanation(
        "equation", "The model itself: σ, the sigmoid, makes a probability of class 1 of the weighted sum in brackets."
    ),
    "pinned": Explanation("pinned", "A model that is kept beside the next ones, to compare them with it."),
    "losses": Explanation(
        "losses", "How the log loss changed while the model was trained, and what it is around the weights found."
    ),
    "others": Explanation(
        "the others", "The 200 models that differ from this one by chance alone, and the errors of the one on show."
    ),
    "quantile": Explanation(
        "worst, median, best", "Opens the one of the 200 whose exact accuracy is the lowest, the middle or the highest."
    ),
    "from_gate": Explanation("from the gate", "Takes the gate's rows for own ones, to move, erase and add to them."),
    "table": Explanation("table", "Own rows out of a table: one that is built in, or a CSV file, dropped or pasted."),
    "open_model": Explanation("open", "Shows one model of the chosen cell in the Lab: its median, best or worst run."),
    "download": Explanation(
        "download", "What is on show as a file: its numbers, the whole sweep, the Python that makes it, or the picture."
    ),
    "low": Explanation("10% quantile", "One model in ten lies below."),
    "high": Explanation("90% quantile", "One model in ten lies above."),
    "worst": Explanation("lowest", "The model with the lowest value."),
    "best": Explanation("highest", "The model with the highest value."),
    "spread": Explanation("spread", "The distance from the 10% to the 90% quantile of a cell's models."),
}
"""By the name that code, links and the dataset have for it."""
