// What own rows say about a model, in the place of a true distribution. As gatesweep/app/lab/own_model.py.

import {accuracy} from "./logistic.js";
import {stratifiedFolds} from "./resampling.js";
import {bestLineOnRows, partsClasses} from "./sample.js";
import {fit} from "./training.js";

export const FOLDS = 5;

// A model in which the training rows count as often as `counts` says, and its accuracy on those that do not count: NaN
// where all do.
export function refitOn({rows, train}, settings, counts) {
  const model = fit(settings, {rows, train, test: train.filter((_, i) => !counts[i])}, counts), params = model.path.at(-1);
  return {params, status: model.status, accuracy: accuracy(model.test, params)};
}

// The mean accuracy on the held-out fifths (NaN where a class has too few rows), the best line on all rows, and whether any
// line parts the classes. Pauses now and then.
export function* surveyOf({own: {rows}, settings}) {
  let ones = 0, validated = 0;
  for (const label of rows.label) ones += label;
  if (Math.min(ones, rows.n - ones) < FOLDS) validated = NaN;
  else {
    const held = stratifiedFolds(rows.label, FOLDS), all = Uint32Array.from({length: rows.n}, (_, i) => i);
    for (let fold = 0; fold < FOLDS; fold++) {
      validated += refitOn({rows, train: all}, settings, held.map((one) => Number(one !== fold))).accuracy / FOLDS;
      yield;
    }
  }
  const best = yield* bestLineOnRows(rows);
  return {validated, best, isParted: best.right === rows.n || partsClasses(rows)};
}
