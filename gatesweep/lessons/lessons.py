"""The lessons on one model, in the order in which a link counts them, from 1."""

from gatesweep.lessons.lesson import Lesson

__all__ = ["LESSONS"]

EXTRAS = ("features", "hidden_units", "activation", "training", "hand")
NETS = {"gate": "XOR", "noise_level": 0.1, "solver": "adam", "learning_rate": 0.1, "epochs": 100}
LESSONS = (
    Lesson(
        "AND without noise",
        "Four corners, no noise. Where does training put the line?",
        "One corner has to be alone on its side. At which sum of x₁ and x₂ does the equation change sides?",
        "Every line that leaves corner (1, 1) alone is right on all rows. Log loss with its penalty picks one of them: "
        "x₁ + x₂ = 1.57, a little nearer to the lone corner than the middle of the gap, 1.5.",
        {"gate": "AND", "noise_level": 0.0},
        EXTRAS,
    ),
    Lesson(
        "OR is AND mirrored",
        "What must change in the equation to turn AND into OR?",
        "Switch the gate between AND and OR and compare the three numbers of the equation.",
        "The intercept, and nearly nothing else: the line keeps its direction and slides from x₁ + x₂ = 1.6 to 0.4. "
        "OR is AND seen from the opposite corner with 0 and 1 swapped, so every limit is the same for both.",
        {"gate": "OR", "noise_level": 0.1},
        EXTRAS,
    ),
    Lesson(
        "XOR fails",
        "Why can one neuron not learn XOR?",
        "Both diagonals have the same midpoint. Can a line have (0, 1) and (1, 0) on one side, and (0, 0) and (1, 1) "
        "on the other?",
        "The side of a line that holds two points also holds their midpoint. Both diagonals have the midpoint "
        "(0.5, 0.5), which cannot lie on both sides. The best a line can do is three corners of four: 75%.",
        {"gate": "XOR", "noise_level": 0.1, "cloud": True},
        ("hidden_units", "activation", "training", "hand"),
    ),
    Lesson(
        "Why 50% and not 75%",
        "Some line is right on three corners of XOR. Why does training not find it?",
        "What does p = 0.5 everywhere cost? In the Lab, set w₁, w₂ and the intercept to 0 by hand and read the loss; "
        "then take a line that gets three corners right.",
        "Training minimises log loss, not errors. The line 4x₁ + 4x₂ − 2 is right on three corners, but sure of the "
        "fourth and wrong: it costs 1.64 a row, where p = 0.5 everywhere costs 0.693. Training finds hardly less than "
        "that. The tiny weights left over are the noise of this draw, so the accuracy is an accident.",
        {"gate": "XOR", "noise_level": 0.05, "by_hand": True, "w1": 4.0, "w2": 4.0, "intercept": -2.0},
        ("hidden_units", "activation", "training"),
    ),
    Lesson(
        "XOR with a product",
        "What does one more feature, x₁x₂, change?",
        "Switch the features back to the inputs alone, then on again. Which weight does the equation give the product?",
        "The boundary may bend now, into a hyperbola that cuts off both corners of one diagonal. In the space of "
        "(x₁, x₂, x₁x₂) it is a flat cut, and there XOR can be separated. A hidden layer can learn such features "
        "by itself.",
        {"gate": "XOR", "noise_level": 0.15, "features": "interaction"},
        ("hidden_units", "activation", "training", "hand"),
    ),
    Lesson(
        "Noise and the limit",
        "How good can any classifier be when the corners overlap?",
        "Raise the noise level slowly and watch Bayes, best line and exact fall together.",
        "Where the clouds around the corners overlap, a point could come from either class. The Bayes limit is what "
        "even a perfect rule gets right on all possible data: 90.2% here, where the best line gets 87.1%. The "
        "trained line is within 0.2 points of that. Beyond the limit lies only luck with the test rows.",
        {"gate": "AND", "noise_level": 0.4},
        EXTRAS,
    ),
    Lesson(
        "Too large a step",
        "What happens when the learning rate is too large?",
        "Play the epochs. Then try learning rates of 1 and of 1000.",
        "Most steps jump over the valley of the loss to its other wall: the loss swings instead of falling, and the "
        "boundary with it. It neither settles nor flies away: at a rate of 1000 the weights swing around 640 from the "
        "tenth epoch on. The accuracy tells little of it: over 100 seeds its median is 92% at a rate of 1, and still "
        "above 85% at 60 and at 1000.",
        {"gate": "AND", "noise_level": 0.3, "solver": "sgd", "learning_rate": 60.0, "epochs": 30},
        ("features", "hidden_units", "activation", "hand"),
    ),
    Lesson(
        "Separable data and C",
        "AND with little noise can be separated. How steep should the surface be?",
        "Move C up tenfold at a time: watch the 0.25 and 0.75 contours close in on the line, the weights and the loss.",
        "Steeper is always better for the loss alone: each tenfold C divides it by more than five, and the weights "
        "grow: their length is 7 at C = 1, 13 at 10, 18 at 100, 25 at 1000. Without a penalty there is no best model. "
        "C limits the weights; at a finite C the model stays less than certain.",
        {"gate": "AND", "noise_level": 0.05, "C": 1.0},
        ("features", "hidden_units", "activation", "hand"),
    ),
    Lesson(
        "One seed proves nothing",
        "Seed 42 gives one accuracy. What would other seeds have given?",
        "Take a few other seeds; then look at all of them at once, and pick the worst.",
        "For XOR the result is a lottery: anything from 25% to 75%, by the accident of the draw, where the same 200 "
        "seeds of AND all reach 100%. One seed cannot tell the method from luck; the distribution over seeds can.",
        {"gate": "XOR", "noise_level": 0.05, "cloud": True},
        EXTRAS,
    ),
    Lesson(
        "Rows and the best line",
        "Go from 100 rows to 1000. What shrinks?",
        "Compare the exact accuracy with the best line's, for many seeds.",
        "The gap to the best line: 0.8 points at 100 rows, 0.05 at 1000, in the median of 100 seeds. Part of it is the "
        "penalty, which weighs more beside few rows: with C = 10,000 the gap at 100 rows is 0.3. For XOR it does not "
        "shrink at all, since log loss asks for no line there, however many rows there are.",
        {"gate": "AND", "noise_level": 0.4, "num_samples": 100},
        ("features", "hidden_units", "activation", "hand"),
    ),
    Lesson(
        "Training, epoch by epoch",
        "Press Play. When is the line right, and when is the model sure?",
        "Watch the accuracy and the log loss: they do not settle at the same time.",
        "From the eighth pass over the data on, the line is within four points of the best one. The loss goes on "
        "falling, from 0.31 then to 0.21 after the twentieth, because the weights grow and the probabilities sharpen "
        "around nearly the same line.",
        {"gate": "AND", "noise_level": 0.2, "solver": "sgd"},
        ("features", "hidden_units", "activation", "hand"),
    ),
    Lesson(
        "Two neurons",
        "One line cannot part XOR. What can two of them do together?",
        "Look at the neurons: which gate is each of the two hidden ones by itself, and what does the output make of "
        "them? Then look at the hidden space, and take other weights by hand.",
        "The first says OR: 20x₁ + 20x₂ − 10. The second says NAND: −20x₁ − 20x₂ + 30. The output is the AND of both: "
        "20h₁ + 20h₂ − 30. OR and NAND are both 1 at (0, 1) and (1, 0) alone, and that is XOR: right on 99.97% here, "
        "where Bayes is wrong on one point in two million. In the hidden space both corners lie at one place, and a "
        "line parts it from the others.",
        {
            **NETS,
            "hidden_units": 2,
            "picture": "hidden",
            "by_hand": True,
            "network": [20.0, 20.0, -10.0, -20.0, -20.0, 30.0, 20.0, 20.0, -30.0],
        },
        ("features", "training"),
    ),
    Lesson(
        "Starts that never find it",
        "Two neurons can hold XOR. Does training find it?",
        "Go through the 200 other starts: which accuracies occur, and which never?",
        "From about 120 of 200 starts it does. All others end at 75%: three corners right, one given up, and "
        "nothing in between. Patience hardly helps: with 1000 epochs instead of 100 they are 2 more. Another start "
        "does.",
        {**NETS, "hidden_units": 2, "init_seed": 5, "others": "init_seed"},
        ("features", "hand"),
    ),
    Lesson(
        "More neurons than needed",
        "Two are enough to hold XOR. What are eight good for?",
        "Compare the 200 other starts of 1, 2, 3, 4 and 8 hidden neurons.",
        "For the search: one neuron never solves XOR, two do from about 120 of 200 starts, three from 164, four from "
        "188, eight from all. Two can hold it, eight find it.",
        {**NETS, "hidden_units": 8, "init_seed": 5, "others": "init_seed"},
        ("features", "hand"),
    ),
    Lesson(
        "Dead relus",
        "With relus fewer starts solve XOR: about 41 of 200. What happens to the others?",
        "Look at the hidden space: where are the rows? A relu says 0 wherever its weighted sum is below 0.",
        "A relu that says 0 on every row has no gradient: no step moves it any more. From about 135 of 200 starts two "
        "relus end with such a dead one, and not one of these solves XOR. With eight of them as large a part dies, "
        "about 40%, but what is left is enough: about 185 starts solve it.",
        {**NETS, "hidden_units": 2, "activation": "relu", "init_seed": 1, "others": "init_seed", "picture": "hidden"},
        ("features", "hand"),
    ),
)
