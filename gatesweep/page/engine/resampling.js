// Which rows a model counts, and how often: bootstraps and folds. As gatesweep/tables/resampling.py.

import {RandomState} from "./random.js";

// Replicates that share a random stream.
const DRAWN_AT_ONCE = 32;

// How often each of `n` rows is drawn, a list for each replicate: the stream of seed 0 and a group without a name.
export function bootstrapCounts(n, replicates) {
  let stream;
  return Array.from({length: replicates}, (_, i) => {
    if (i % DRAWN_AT_ONCE === 0) stream = new RandomState([0, 0, i / DRAWN_AT_ONCE]);
    const counts = new Uint16Array(n);
    for (let k = 0; k < n; k++) counts[n > 1 ? stream.upTo(n - 1) : 0]++;
    return counts;
  });
}

// The fold that holds each row out, as scikit-learn's StratifiedKFold has it: it deals the rows of the class that comes
// first over the folds, then those of the other where it stopped; within a class the first rows go to the first fold.
export function stratifiedFolds(label, folds) {
  const counts = [0, 0], dealt = [Array(folds).fill(0), Array(folds).fill(0)], first = label[0];
  for (const one of label) counts[one]++;
  for (let i = 0; i < label.length; i++) dealt[i < counts[first] ? first : 1 - first][i % folds]++;
  const fold = [0, 0], used = [0, 0];
  return Array.from(label, (one) => {
    while (used[one] === dealt[one][fold[one]]) [fold[one], used[one]] = [fold[one] + 1, 0];
    used[one]++;
    return fold[one];
  });
}
