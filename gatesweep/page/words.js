// What the page says about a model in words: the app's own sentences (gatesweep/app/lab/words.py). Nothing is drawn here.

import {sigmoid} from "./engine/logistic.js";
import {grouped} from "./grouped.js";
import {logit} from "./models.js";
import {EXACT_ROWS} from "./engine/sample.js";
import {FOLDS} from "./engine/survey.js";
import {HELD_OUT_FROM} from "./own.js";

const TERMS = ["x₁", "x₂", "x₁x₂"];
// What the screen calls a model's numbers.
const LINE = {w1: "w₁", w2: "w₂", w3: "w₃", intercept: "intercept"};
export const subscript = (place) => String(place).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
// What the screen calls a hidden neuron, counted from 0.
export const unitName = (place) => `h${subscript(place + 1)}`;
export function parameterName(name) {
  const [, unit, own] = /^h(\d+)(.+)$/.exec(name) ?? [];
  if (unit) return `${unitName(unit - 1)} ${LINE[own]}`;
  return LINE[name] ?? `v${subscript(name.slice(1))}`;
}

// One decimal; 100.0% says that nothing is missing, and not that it was rounded away.
export function percent(x) {
  const text = Number.isFinite(x) ? `${fixed(100 * x, 1)}%` : "n/a";
  return text === "100.0%" && x < 1 - 1e-6 ? ">99.9%" : text;
}

// As toFixed, but an exact half goes to the even digit, as Python has it.
function fixed(x, digits) {
  const tenfold = x * 10 ** digits, half = Math.abs(tenfold % 1) === 0.5 && (x * 1024) % 1 === 0;
  return half ? (2 * Math.round(tenfold / 2) / 10 ** digits).toFixed(digits) : x.toFixed(digits);
}

// Three significant digits, with a true minus sign: as few as there are of 0.5, but 4.998 is 5.00 beside a 5.17.
export function number(value) {
  if (!Number.isFinite(value)) return "not a number";
  const size = Math.abs(value), [digits, power] = size.toExponential(2).split("e");
  let text = `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
  if (power > -5 && power < 5) text = Number(size.toPrecision(3)) === size ? String(size) : fixed(size, Math.max(0, 2 - power));
  return (value < 0 ? "−" : "") + text;
}

const signed = (value) => (value < 0 ? " − " : " + ") + number(Math.abs(value));

// Hidden neurons that an equation says one by one.
const MOST_TERMS = 4;

// The model with its numbers; of a network, what the output makes of its hidden neurons.
export function equation({units, output, hasProduct, w1, w2, w3, intercept}) {
  if (units.length > MOST_TERMS) return `p = σ( ${units.length} hidden neurons, weighed${signed(intercept)} )`;
  const [weights, terms] = units.length ? [output, units.map((_, j) => unitName(j))] : [hasProduct ? [w1, w2, w3] : [w1, w2], TERMS];
  const others = weights.slice(1).map((w, i) => `${signed(w)} ${terms[i + 1]}`).join("");
  return `p = σ( ${number(weights[0])} ${terms[0]}${others}${signed(intercept)} )`;
}

// The model on show in one line, above a saved picture.
export const heading = (model, gate, noiseLevel) => `${gate}, noise level ${noiseLevel}: ${equation(model)}`;
export const ownHeading = (model, n) => `${grouped(n)} own rows: ${equation(model)}`;

// What lets its boundary bend; nothing if it is a line.
function madeOf({units: {length}, hasProduct}) {
  if (length) return length === 1 ? "one hidden neuron" : `${length} hidden neurons`;
  return hasProduct ? "x₁x₂" : "";
}

// A gate of two inputs is separable unless its diagonals differ.
const isSeparable = ([a, b, c, d]) => !(a === d && b === c && a !== b);

// One sentence: what this accuracy is worth at this gate and noise level.
export function meaning({gate, truth, noiseLevel, best, bayes, exact, model, status, remedy, byHand}) {
  const made = madeOf(model), isNetwork = model.units.length > 0, me = isNetwork ? "this net" : "this one";
  const [line, limit, here] = [best, bayes, exact].map(percent);
  if (!model.params.every(Number.isFinite)) {
    return `The weights have run off to infinity: this is no model any more. ${remedy}`;
  }
  if (status === "diverged" && !byHand) {
    return `The training diverged: its steps are too large. What is left of it is right on ${here} of new points. ${remedy}`;
  }
  if (new Set(truth).size === 1) return `${gate} never changes its answer, so there is nothing to separate: guessing it is always right.`;
  if (made && !isSeparable(truth)) {
    const bends = model.units.length === 1 && !model.hasProduct ? "is a line still" : "bends";
    return `No line beats ${line} on ${gate}. With ${made} the boundary ${bends}: this one is right on ${here} of new points. The limit for any classifier is ${limit}.`;
  }
  if (!isSeparable(truth)) {
    return `No line can do better than ${line} on ${gate}; this one is right on ${here} of new points. The limit for any classifier is ${limit}.`;
  }
  if (noiseLevel === 0) return `Without noise a line can be right on every point of ${gate}; ${me} is on ${here}.`;
  if (bayes > 0.9995) return `${gate} can be solved by a line: the best one is right on ${line} of new points, ${me} on ${here}.`;
  return `At noise level ${noiseLevel} the corners overlap: nobody can beat ${limit} on ${gate}, no line ${line}; ${me} gets ${here}.`;
}

// One or two sentences: what a model is worth on own rows (gatesweep/app/lab/own_words.py).
export function ownMeaning({rows: {n, label}, wrong, model, threshold, status, remedy, byHand, known}) {
  const ones = label.reduce((sum, one) => sum + one, 0);
  if (!n) return "No rows yet: tap the picture to draw some, of both classes, or bring a table.";
  if (ones === 0 || ones === n) return "All rows are of one class, so there is nothing to separate: draw some of the other one.";
  if (!model.params.every(Number.isFinite)) return `The weights have run off to infinity: this is no model any more. ${remedy} Or standardise the columns.`;
  const said = [status === "diverged" && !byHand ? "The training diverged: its steps are too large. Take a smaller learning rate, or standardise."
    : `This model is right on ${grouped(n - wrong)} of ${grouped(n)} rows${at(threshold)}.`];
  if (known) {
    said.push(ofAnyLine(known, n), Number.isFinite(known.validated) ? `Cross-validated in ${FOLDS} parts, models like it reach ${percent(known.validated)}.`
      : `Each class needs ${FOLDS} rows to cross-validate.`);
  }
  if (n < HELD_OUT_FROM) said.push(`Below ${HELD_OUT_FROM} rows none is held out for a test.`);
  return said.join(" ");
}
function ofAnyLine({best: {right, isExact}, isParted}, n) {
  if (right === n) return "A line separates the classes: proven, the best line is right on every row.";
  if (isExact) return `No line separates the classes, which is proven: the best line is right on ${grouped(right)} of them.`;
  const found = `the best line that was found is right on ${grouped(right)}, a lower bound: above ${grouped(EXACT_ROWS)} rows not all lines are looked at.`;
  return `${isParted === false ? "No line separates the classes, which is proven; " : ""}${found}`;
}

// What the marks mean: both classes, and the best line (null until it is known); of a gate with neither given.
export const ownKeys = ([zero = "0", one = "1"], known) => [
  ...(zero === "0" && one === "1" ? ["class 0", "class 1"] : [zero, one]),
  known === undefined ? "best line" : known && (known.best.isExact ? "best line on these rows" : "best line found"),
];

// What becomes of the hidden neurons that are no axis of the hidden space.
export const atTheirMeans = (rest) => (rest < 1 ? "" : rest === 1 ? "the other neuron at its mean" : `the other ${rest} neurons at their mean`);

export const unlinked = (n) => `${grouped(n)} rows are more than a link carries: whoever opens it sees none. Share them as a file: Share, Rows as CSV.`;

export function ownSummary({rows: {n, label}, wrong, threshold, scores, classes: [zero, one] = ["0", "1"]}) {
  if (!n) return "Own rows: none yet.";
  const ones = label.reduce((sum, one) => sum + one, 0), test = Number.isFinite(scores.test) ? `, test ${percent(scores.test)}` : "";
  return `Own rows: ${n}, ${n - ones} of class ${zero}, ${ones} of class ${one}. ${wrong} rows misclassified${at(threshold)}. Train accuracy ${percent(scores.train)}${test}.`;
}

export function ownLosses({trainLoss, testLoss}, threshold) {
  const test = Number.isFinite(testLoss) ? ` · test ${nats(testLoss)}` : "";
  return `log loss: train ${nats(trainLoss)}${test}${threshold === 0.5 ? "" : " · accuracies: threshold 0.5"}`;
}

const STATES = {
  converged: ["success", "converged"],
  max_iter: ["info", "stopped"],
  separable: ["warning", "separable: weights grow for ever"],
  diverged: ["error", "diverged"],
  redundant: ["info", "converged; some inputs say the same"],
  undecided: ["warning", "undecided: neither fitted nor proven to have no optimum"],
};

// Weights have nothing to do where all rows are of one class.
const ONE_CLASS = "separable: the intercept grows for ever";

// How the training went: a severity (success, info, warning, error) and a few words.
// `unit`: what an epoch is called.
export function progress(status, trainLoss, byHand, unit, isOneClass = false) {
  if (byHand) return ["info", "set by hand"];
  if (status === "separable" && isOneClass) return [STATES[status][0], ONE_CLASS];
  const [severity, words] = STATES[status], steps = trainLoss.length - 1;
  if (status === "converged" && steps > 0) return [severity, `converged after ${steps} ${steps === 1 ? "step" : "steps"}`];
  if (status !== "max_iter" || steps < 2) return [severity, words];
  const rises = trainLoss.slice(1).filter((loss, i) => loss - trainLoss[i] > 0.1 * trainLoss[i]).length;
  const falls = trainLoss[steps] < trainLoss[steps - 1] * 0.999;
  return [severity, `${steps} ${unit}s, ${rises > 2 ? "loss leaps up and down" : falls ? "loss still falling" : "loss has settled"}`];
}

const at = (threshold) => (threshold === 0.5 ? "" : ` at threshold ${threshold}`);
const nats = (value) => (Math.abs(value) < 1e4 ? value.toFixed(3) : number(value));

// The picture in words, for those who cannot see it.
export function summary({gate, noiseLevel, rows, unit, epoch, last, wrong, threshold, scores, exact}) {
  return `${gate} gate, noise level ${noiseLevel}, ${rows} rows, ${unit} ${epoch} of ${last}. `
    + `${wrong} rows misclassified${at(threshold)}. ${threshold === 0.5 ? "" : "At threshold 0.5: "}`
    + `Train accuracy ${percent(scores.train)}, test ${percent(scores.test)}, exact ${percent(exact)}. `
    + `Log loss ${nats(scores.trainLoss)} on train rows, ${nats(scores.testLoss)} on test rows.`;
}

// Log losses side by side.
export function losses({trainLoss, testLoss}, exactLoss, threshold) {
  return `log loss: train ${nats(trainLoss)} · test ${nats(testLoss)} · exact ${nats(exactLoss)}`
    + (threshold === 0.5 ? "" : " · accuracies: threshold 0.5");
}

// The test rows by true class and predicted class.
export function confusion(model, rows, threshold) {
  const counts = [[0, 0], [0, 0]];
  for (let i = 0; i < rows.n; i++) {
    if (rows.test[i]) counts[rows.label[i]][Number(sigmoid(logit(model, rows.x1[i], rows.x2[i])) >= threshold)]++;
  }
  return counts;
}

export const rate = (part, whole) => (whole ? percent(part / whole) : "none");

export const misclassified = (threshold) => `misclassified${at(threshold)}`;

export const probe = (model, x1, x2, threshold) => {
  const p = sigmoid(logit(model, x1, x2));
  return `x₁ ${x1.toFixed(2)}, x₂ ${x2.toFixed(2)}: p ${p.toFixed(3)}, class ${Number(p >= threshold)}`;
};
