"""The Lab's lessons: each is a question, the settings to look at, a hint and an answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["LESSONS", "Lesson"]


@dataclass(frozen=True)
class Lesson:
    """One click: sets `settings` (all else at its default) and hides the controls named in `hide`."""

    title: str
    question: str
    hint: str
    answer: str
    settings: Mapping[str, Any]
    hide: tuple[str, ...] = field(default=())


TRAINING = ("features", "training", "hand")
LESSONS = (
    Lesson(
        "AND without noise",
        "Four corners, no noise. Where can the line lie?",
        "Flip a corner in the truth table and watch the line move. How many lines would do?",
        "Every line that leaves corner 11 alone is right on all rows. Log loss picks one of them: "
        "the one in the middle of the gap.",
        {"gate": "AND", "noise_level": 0.0},
        TRAINING,
    ),
    Lesson(
        "OR is AND mirrored",
        "What must change in the equation to turn AND into OR?",
        "Switch the gate between AND and OR and compare the three numbers of the equation.",
        "Only the intercept, nearly: the line keeps its direction and slides to the other side of the middle. "
        "OR is AND seen from the opposite corner with 0 and 1 swapped.",
        {"gate": "OR", "noise_level": 0.1},
        TRAINING,
    ),
    Lesson(
        "XOR fails",
        "Why can one neuron not learn XOR?",
        "Look at the faint lines, the boundaries of 200 other seeds. Does any line put both class-1 corners on one "
        "side and both others opposite?",
        "Both diagonals cross in the middle, so any line that separates one pair cuts the other. "
        "The best a line can do is three corners of four.",
        {"gate": "XOR", "noise_level": 0.1, "cloud": True},
        ("training", "hand"),
    ),
    Lesson(
        "Why 50 % and not 75 %",
        "Some line is right on three corners of XOR. Why does training not find it?",
        "Set w1 = w2 = 0 by hand and read the loss; then try the line that gets three corners right.",
        "Training minimises log loss, not errors. The line with three right corners is badly wrong on the fourth, "
        "and log loss punishes that: answering p = 0.5 everywhere (0.693) is cheaper. "
        "The tiny weights left over are the noise of this draw, so the accuracy is an accident.",
        {"gate": "XOR", "noise_level": 0.05, "by_hand": True, "w1": 4.0, "w2": 4.0, "intercept": -2.0},
        ("training",),
    ),
    Lesson(
        "XOR with a product",
        "What does one more feature, x1·x2, change?",
        "Switch the features back to the inputs alone, then on again.",
        "With x1·x2 the boundary may bend into a hyperbola: the plane of (x1, x2, x1·x2) has room for a flat cut "
        "that separates XOR. A hidden layer learns such features by itself.",
        {"gate": "XOR", "noise_level": 0.15, "features": "interaction", "C": 100.0},
        ("training", "hand"),
    ),
    Lesson(
        "Noise and the limit",
        "How good can any classifier be when the corners overlap?",
        "Raise the noise level slowly and watch the marks of Bayes, best line and exact fall together.",
        "Where the four clouds overlap a point could come from either class. Bayes accuracy is the share that even "
        "a perfect rule gets right; beyond it lies only luck with the test rows.",
        {"gate": "AND", "noise_level": 0.4},
        TRAINING,
    ),
    Lesson(
        "Too large a step",
        "What happens when the learning rate is too large?",
        "Play the epochs. Then try learning rates of 1 and of 1000.",
        "Each step jumps over the valley of the loss to its other wall. The loss swings instead of falling, "
        "and the boundary with it; larger still, and it never comes back.",
        {"gate": "AND", "noise_level": 0.3, "solver": "sgd", "learning_rate": 60.0, "epochs": 30},
        ("features", "hand"),
    ),
    Lesson(
        "Separable data and C",
        "AND with little noise can be separated. How steep should the surface be?",
        "Move C up: watch the 0.25 and 0.75 contours close in on the line, and the weights in the equation.",
        "Every doubling of the weights lowers the loss a little further, so without penalty there is no best model: "
        "the weights grow for ever. C limits them; at a finite C the model stays less than certain.",
        {"gate": "AND", "noise_level": 0.05, "C": 1000.0},
        ("features", "hand"),
    ),
    Lesson(
        "One seed proves nothing",
        "Seed 42 gives one accuracy. What would other seeds have given?",
        "Press New draw a few times; then look at the 200 seeds and click the leftmost bar.",
        "For XOR the result is a lottery: anything from 0.25 to 0.75, by the accident of the draw. "
        "A result from one seed says nothing about the method; the distribution does.",
        {"gate": "XOR", "noise_level": 0.05, "cloud": True},
        TRAINING,
    ),
)
