// Puts words and numbers about a model on the page.

import {$, element} from "./controls.js";
import {beyond} from "./plots.js";
import {confusion, equation, losses, meaning, misclassified, ownLosses, ownMeaning, percent, progress, rate} from "./words.js";

const LINES = {train: "train", test: "test", folds: "5 folds", exact: "exact", best: "best line", bayes: "Bayes", majority: "majority"};
// Those that are told of own rows, and of these alone.
const OF_OWN = ["train", "test", "folds", "best", "majority"], OWN_ALONE = ["folds", "majority"];

// Accuracies as marks on one axis from 0 to 1.
export function showAccuracies(scores, limits, isOwn) {
  const values = {...scores, ...limits}, [body] = $("scores").tBodies;
  if (!body.rows.length) {
    for (const [kind, name] of Object.entries(LINES)) {
      body.append(element("tr", {className: kind}, element("th", {scope: "row", textContent: name}),
        element("td", {className: "track", ariaHidden: "true"}, element("i")), element("td")));
    }
  }
  Object.keys(LINES).forEach((kind, i) => {
    const {cells} = body.rows[i];
    body.rows[i].hidden = isOwn ? !OF_OWN.includes(kind) || !Number.isFinite(values[kind]) : OWN_ALONE.includes(kind);
    cells[1].style.setProperty("--at", `${100 * values[kind]}%`);
    cells[2].textContent = percent(values[kind]);
  });
}

export function showWords(of, trainLoss, scores, exactLoss, threshold, isOwn) {
  $("equation").textContent = equation(of.model);
  $("meaning").textContent = isOwn ? ownMeaning(of) : meaning(of);
  $("losses").textContent = isOwn ? ownLosses(scores, threshold) : losses(scores, exactLoss, threshold);
  const [severity, words] = progress(of.status, trainLoss, of.byHand, of.unit, new Set(isOwn ? of.rows.label : of.truth).size === 1);
  Object.assign($("status"), {className: `chip ${severity}`, textContent: words});
}

// The four outputs, laid out as the corners lie in the plot.
export function showTruth(truth) {
  truth.forEach((output, corner) => {
    Object.assign($(`truth-${corner}`), {textContent: `${corner >> 1} ${corner & 1} → ${output}`, className: output ? "one" : "zero"});
  });
}

// The test rows' confusion matrix; how many of all rows are wrong.
export function showErrors(model, rows, threshold, isOwn) {
  const counts = confusion(model, rows, threshold), [[, fp], [fn, tp]] = counts;
  counts.forEach((row, label) => row.forEach((count, answer) => { $(`confusion-${label}${answer}`).textContent = count; }));
  $("precision").textContent = rate(tp, tp + fp);
  $("recall").textContent = rate(tp, tp + fn);
  $("misclassified").textContent = misclassified(threshold);
  const outside = isOwn ? 0 : beyond(rows).reduce((sum, count) => sum + count);
  $("beyond").textContent = outside ? `${outside} rows beyond the frame` : "";
  const all = confusion(model, {...rows, test: new Uint8Array(rows.n).fill(1)}, threshold);
  return all[0][1] + all[1][0];
}
