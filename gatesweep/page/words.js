// Everything the page says in words and numbers; plain functions of what they speak about.

import {sigmoid} from "./engine/logistic.js";
import {logit} from "./plane.js";

const STATUS = {
  converged: "converged", max_iter: "not converged", separable: "separable", diverged: "diverged",
  redundant: "converged, weights not unique", undecided: "undecided",
};
export const $ = (id) => document.getElementById(id);
const percent = (x) => (Number.isFinite(x) ? `${(100 * x).toFixed(1)}\u00a0%` : "n/a");
const number = (x) => (Number.isFinite(x) ? Math.abs(x).toPrecision(3) : "n/a");
export const element = (tag, values = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children);
  return made;
};

export function showTitle(gate, level, {train, test}) {
  $("title").textContent = `Predictions for ${gate} gate with noise level ${level} (Train: ${train.toFixed(2)}, Test: ${test.toFixed(2)})`;
}

// Five accuracies as marks on one axis from 0 to 1; `--limit` draws the best line's through the rows.
export function showScores(scores, {bayes, best}) {
  const lines = [["Train", scores.train, "train"], ["Test", scores.test, "test"], ["Exact", scores.exact, "exact"],
    ["Best line", best, "best-line"], ["Bayes limit", bayes, "bayes"]];
  const body = $("scores").tBodies[0];
  if (!body.rows.length) {
    for (const [name, , kind] of lines) {
      body.append(element("tr", {className: kind}, element("th", {scope: "row", textContent: name}),
        element("td", {className: "track", ariaHidden: "true"}, element("i")), element("td")));
    }
  }
  lines.forEach(([, value], i) => {
    const row = body.rows[i];
    row.cells[1].firstChild.style.left = `${100 * value}%`;
    row.cells[1].style.setProperty("--limit", `${100 * best}%`);
    row.cells[2].textContent = percent(value);
  });
}

export function showSummary(gate, wrong, parts, exact, {bayes, best}) {
  const limit = bayes - best > 0.005
    ? `No line can do better than ${percent(best)} on ${gate} here; a bent boundary could reach ${percent(bayes)}.`
    : `A line can reach ${percent(best)} on ${gate} here, and nothing can do better than ${percent(bayes)}.`;
  $("summary").textContent = `${limit} This model reaches ${percent(exact)} on all possible data. It gets ${wrong[0]} of ${parts[0]} `
    + `training rows and ${wrong[1]} of ${parts[1]} test rows wrong.`;
}

export function showEquation(m, hasProduct, status) {
  const term = (x, name) => `${x < 0 ? "− " : "+ "}${number(x)}${name}`;
  const product = hasProduct ? ` ${term(m.w3, "·x1·x2")}` : "";
  $("equation").textContent = `logit = ${m.w1 < 0 ? "−" : ""}${number(m.w1)}·x1 ${term(m.w2, "·x2")}${product} ${term(m.intercept, "")}`;
  $("status").textContent = STATUS[status] ?? status;
}

export function showProbe(model, x, y) {
  const p = Number.isFinite(x) ? sigmoid(logit(model, x, y)) : NaN;
  $("probe").textContent = Number.isFinite(p)
    ? `x1 ${x.toFixed(2)}, x2 ${y.toFixed(2)}: probability of class 1 is ${p.toFixed(3)}, so class ${Number(p >= 0.5)}`
    : "Point at the plane to read a probability.";
}

export function showSeeds(label, values, seed, own) {
  const finite = values.filter(Number.isFinite);
  $("seeds-title").textContent = `${label} of ${values.length} seeds`;
  $("seeds-text").textContent = `From ${percent(Math.min(...finite))} to ${percent(Math.max(...finite))}; seed ${seed}, `
    + `the ring, ${percent(own)}. Click a dot to see its model.`;
}

// The rows of the test part by class and answer.
export function showConfusion(rows, saysOne) {
  const counts = [[0, 0], [0, 0]];
  for (let i = 0; i < rows.n; i++) if (rows.test[i]) counts[rows.label[i]][Number(saysOne(rows.x1[i], rows.x2[i]))]++;
  counts.forEach((answers, label) => answers.forEach((count, answer) => { $(`confusion-${label}${answer}`).textContent = count; }));
}

export function showProgress({done, ready = 0}, models) {
  const count = (number) => number.toLocaleString("en");
  $("about").textContent = done ? `${count(models)} models in the map` : `${count(ready)} of ${count(models)} models trained`;
}

export function showCurvesKey(others, gate, seeds, limits) {
  const entries = [["mean", seeds > 1 ? `${gate}, mean and 10 % to 90 % of the seeds` : gate], ["others", others.join(", ")]];
  if (limits) entries.push(["best", "best line"], ["bayes", "Bayes limit"]);
  $("curves-key").replaceChildren(...entries.filter(([, text]) => text).map(([kind, text]) =>
    element("span", {}, element("i", {className: `stroke ${kind}`}), text)));
}

// The measures of the population's charts, and how each is drawn.
export const MEASURES = {
  test: {label: "Test accuracy", low: 0, high: 1, limits: true},
  train: {label: "Train accuracy", low: 0, high: 1, limits: true},
  exact: {label: "Exact accuracy", low: 0, high: 1, limits: true},
  gap: {label: "Gap to the best line", low: 0, high: 0.5, limits: false},
  index: {label: "Separability index", low: 0, high: 1, limits: false},
};
