"""The comparisons of many models, by the name that a link gives them; the first one is what the Explorer opens with."""

from gatesweep.gates import GATE_MENU
from gatesweep.lessons.lesson import Lesson

__all__ = ["COMPARISONS"]

STARTS = ", ".join(map(str, range(20)))
"""init_seeds of the nets that differ by their first weights."""

COMPARISONS: dict[str, Lesson] = {
    "three_gates": Lesson(
        "Three gates",
        "Three gates, one neuron each: where does it come close to the best line, and where is it a lottery?",
        "Point at a cell to read it, and see below how far the seeds of a gate lie apart.",
        "AND and OR follow the best line: their median is never more than 0.3 points below it. XOR is a lottery: no "
        "line is right, each seed finds another, and at a noise level of 0.05 the middle 80% of them lie 37 points "
        "apart.",
    ),
    "live": Lesson(
        "Learning live",
        "Press play: all models take their epochs together. Which gates are learned first, and which one never?",
        "Follow the cells of noise level 0.2, gate by gate.",
        "The first weights, all ones, say 1 everywhere: right on three corners of OR, on one of AND. After 20 epochs "
        "both are within two points of the best line at a noise level of 0.2. XOR stays at a coin toss.",
        {"solver": "sgd", "record": "epoch", "epochs": 20, "statistic": "mean"},
    ),
    "all_gates": Lesson(
        "All 16 gates",
        "Of the 16 gates of two inputs, which can a line learn?",
        "Look for the dark rows. What have their truth tables in common?",
        "A line can learn 14 of them, the two constant ones included. For XOR and XNOR the diagonals would have to lie "
        "on different sides, and they cross.",
        {"gate": list(GATE_MENU), "seed_count": 10, "noise_level": (0.0, 0.6), "noise_count": 13},
    ),
    "interaction": Lesson(
        "XOR with x₁x₂",
        "What does one more feature, the product of the inputs, do for XOR? And for AND?",
        "Compare the curve with the Bayes limit, above and below.",
        "XOR follows the Bayes limit to within half a point, where the inputs alone leave it at a coin toss. AND "
        "gains less: the product takes it from at most 3.7 points below Bayes to at most 1.5.",
        {
            "gate": ["AND", "XOR"],
            "compare": "features",
            "compare_values": "linear, interaction",
            "y": "features",
            "panel": "gate",
        },
    ),
    "samples": Lesson(
        "Rows",
        "How many rows does a gate need before its line is as good as the best one?",
        "Without noise eight rows do. Where are they too few? And what becomes of XOR with more?",
        "For AND and OR 100 rows come within a point of the best line at every noise level, where 8 rows are up to 9 "
        "points away. XOR's gap does not shrink: log loss asks for no line there. C is 10,000, so that this is about "
        "rows and not about the penalty: at C = 1 and without noise, 8 rows of AND reach only 75%.",
        {
            "C": 10_000.0,
            "compare": "num_samples",
            "compare_values": "8, 20, 50, 100, 200, 500, 1000",
            "noise_count": 11,
            "y": "num_samples",
            "panel": "gate",
            "measure": "gap_to_best_line",
        },
    ),
    "penalty": Lesson(
        "Penalty",
        "A small C holds the weights short. What gives way first, the certainty or the line?",
        "Change the measure to exact accuracy and go down row by row.",
        "Certainty first: for AND at a noise level of 0.1, from C = 1000 to 0.1, the weights shrink from 31 to 2.8 and "
        "the accuracy loses 1.3 points. Then the line: at C = 0.01 it has left the square, at x₁ + x₂ = 3.7, every "
        "answer is 0, and 75% are right, as many as by the majority rule.",
        {
            "compare": "C",
            "compare_values": "0.001, 0.01, 0.1, 1, 10, 100, 1000",
            "noise_count": 11,
            "y": "C",
            "panel": "gate",
            "measure": "weight_norm",
        },
    ),
    "learning_rate": Lesson(
        "Learning rate",
        "Too small, and nothing moves. What does too large look like?",
        "Compare the loss with the accuracy: change the measure to exact accuracy.",
        "At 0.001 twenty epochs change almost nothing. From 1 to 100 AND and OR learn equally well. At 10,000 the loss "
        "of every fit is more than twice what it was at the start (hatched): the weights are huge and swing. Yet the "
        "line among them is right on 96% for AND and OR: large steps spoil the certainty more than the line.",
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
    "transfer": Lesson(
        "Train and test noise",
        "Each model is asked about rows noisier or cleaner than the ones that it learned from. Does that matter?",
        "Go down a column: the test stays the same, the training gets noisier.",
        "For AND much noise spoils what is learned: at a test noise of 0.1, models trained at 0.1 are right on 99.96%, "
        "those trained at 1 on 75%, no more than the majority rule. Learning from cleaner rows costs less: at a test "
        "noise of 1, models trained at 0.1 are right on 70%, those trained at 1 on 77%.",
        {
            "noise_count": 11,
            "x": "test_noise_level",
            "y": "noise_level",
            "panel": "gate",
            "measure": "transfer_accuracy",
        },
    ),
    "separable": Lesson(
        "Separable by luck",
        "How often does some line part a sample without error, by the luck of the draw?",
        "Follow the cells of 8 rows: does noise help or harm, gate by gate?",
        "For AND and OR few rows and little noise make it likely. With 8 rows of XOR the share rises with the noise, "
        "from 12% to 26%: only noise can move a row to where a line has it. From 20 rows on it never happens.",
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
    "neurons": Lesson(
        "How many neurons?",
        "Two hidden neurons can hold XOR. How many does it take to find it?",
        "Each cell is 40 nets: 20 starts, each on two draws of rows. Change the activation to relu, then the measure "
        "to exact accuracy.",
        "At a noise level of 0.1, one neuron is never enough; two find XOR from 55% of the starts, three from 75%, "
        "four from 88% and eight from all. relu finds it less often, 25% with two: a unit that is 0 on every row "
        "has no gradient and never comes back. At 0.2 two sigmoid neurons never come within two points of Bayes.",
        {
            "gate": ["XOR"],
            "noise_level": (0.0, 0.4),
            "noise_count": 5,
            "seed_count": 2,
            "solver": "adam",
            "learning_rate": 0.1,
            "epochs": 100,
            "compare": "hidden_units",
            "compare_values": "1, 2, 3, 4, 8",
            "also": "init_seed",
            "also_values": STARTS,
            "y": "hidden_units",
            "measure": "solved",
        },
    ),
    "starts": Lesson(
        "Lucky starts",
        "The same rows, other first weights: does the start decide, or the draw of the rows?",
        "Follow the row of two hidden neurons: each cell is one start on 20 draws of rows.",
        "With two neurons the start decides much: number 16 finds XOR on 90% of the draws, number 5 on none. With "
        "eight every start finds it on every draw.",
        {
            "gate": ["XOR"],
            "noise_level": (0.1, 0.1),
            "noise_count": 1,
            "solver": "adam",
            "learning_rate": 0.1,
            "epochs": 100,
            "compare": "hidden_units",
            "compare_values": "2, 3, 4, 8",
            "also": "init_seed",
            "also_values": STARTS,
            "x": "init_seed",
            "y": "hidden_units",
            "measure": "solved",
        },
    ),
    "two_neurons": Lesson(
        "One neuron against two",
        "Press play: which of them leaves the coin toss, and when?",
        "Follow the cells of noise level 0.1, from epoch 5 to epoch 15.",
        "Without hidden neurons the model stays at a coin toss. Two begin there as well, at 55% after five epochs at a "
        "noise level of 0.1, and are at 96% after fifteen, in the mean of 20 seeds: most have found XOR, and three "
        "stay on three corners of four.",
        {
            "gate": ["XOR"],
            "noise_level": (0.0, 0.4),
            "noise_count": 5,
            "solver": "adam",
            "learning_rate": 0.1,
            "epochs": 30,
            "record": "epoch",
            "compare": "hidden_units",
            "compare_values": "0, 2",
            "y": "hidden_units",
            "statistic": "mean",
        },
    ),
}
