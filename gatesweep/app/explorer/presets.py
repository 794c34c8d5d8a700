"""The comparisons of a course, each one click: what is trained and how it is looked at."""

from dataclasses import dataclass, field
from typing import Any

from gatesweep.gates import GATE_NAMES

__all__ = ["PRESETS", "Preset"]


@dataclass(frozen=True)
class Preset:
    """Values of ExplorerState that differ from its defaults, and the sentence above the picture."""

    title: str
    question: str
    values: dict[str, Any] = field(default_factory=dict)


PRESETS: dict[str, Preset] = {
    "three_gates": Preset(
        "Three gates",
        "AND and OR follow the best line. XOR is a lottery: no line is right, and each seed finds another.",
    ),
    "live": Preset(
        "Learning live",
        "Press play: all models take their epochs together. Which gates are learned first, and which one never?",
        {"solver": "sgd", "record": "epoch", "epochs": 20, "statistic": "mean"},
    ),
    "all_gates": Preset(
        "All 16 gates",
        "Of the 16 gates of two inputs, a line can learn 14. XOR and XNOR stay in the dark.",
        {"gate": list(GATE_NAMES), "seed_count": 10, "noise_level": (0.0, 0.6), "noise_count": 13},
    ),
    "interaction": Preset(
        "XOR with x1*x2",
        "One more feature, the product of the inputs, and XOR follows the Bayes limit.",
        {
            "gate": ["XOR", "AND"],
            "compare": "features",
            "compare_values": "linear, interaction",
            "y": "features",
            "panel": "gate",
        },
    ),
    "samples": Preset(
        "Samples",
        "How many rows does a gate need before its line is as good as the best one?",
        {
            "compare": "num_samples",
            "compare_values": "8, 20, 50, 100, 200, 500, 1000",
            "noise_count": 11,
            "y": "num_samples",
            "panel": "gate",
            "measure": "gap_to_best_line",
        },
    ),
    "penalty": Preset(
        "Penalty",
        "A small C holds the weights short: sure answers become cautious ones, while the line hardly moves.",
        {
            "compare": "C",
            "compare_values": "0.001, 0.01, 0.1, 1, 10, 100, 1000",
            "noise_count": 11,
            "y": "C",
            "panel": "gate",
            "measure": "weight_norm",
        },
    ),
    "learning_rate": Preset(
        "Learning rate",
        "Too small and nothing moves, too large and the fit runs away (hatched). In between it just works.",
        {
            "solver": "sgd",
            "record": "epoch",
            "epochs": 20,
            "seed_count": 10,
            "noise_level": (0.2, 0.2),
            "noise_count": 1,
            "compare": "learning_rate",
            "compare_values": "0.001, 0.01, 0.1, 1, 10, 100, 1000, 10000",
            "x": "epoch",
            "y": "learning_rate",
            "panel": "gate",
            "measure": "train_loss",
        },
    ),
    "transfer": Preset(
        "Train and test noise",
        "Each model is asked about rows noisier or cleaner than the ones that it learned from.",
        {
            "noise_count": 11,
            "x": "test_noise_level",
            "y": "noise_level",
            "panel": "gate",
            "measure": "transfer_accuracy",
        },
    ),
    "separable": Preset(
        "Separable by luck",
        "Share of samples that some line parts without error: few rows and little noise make it likely, even for XOR.",
        {
            "C": float("inf"),
            "compare": "num_samples",
            "compare_values": "8, 12, 20, 40, 100, 200, 500",
            "noise_count": 11,
            "seed_count": 50,
            "y": "num_samples",
            "panel": "gate",
            "measure": "separable",
        },
    ),
}
"""Presets by name; the first one is what the Explorer opens with."""
