// The sigmoid with every row on it. As gatesweep/plots/s_curve.py.

import {sigmoid} from "./engine/logistic.js";
import {logit} from "./models.js";
import {isWrong, marked} from "./plots.js";

// Logits that the picture reaches to at least, and at most; points of its curve.
const LEAST_REACH = 4, MOST_REACH = 1e6, POINTS = 201;

export function sCurveColumns(model, rows, threshold, palette) {
  const z = Array.from({length: rows.n}, (_, i) => logit(model, rows.x1[i], rows.x2[i])), p = z.map(sigmoid);
  const wrong = z.map((_, i) => i).filter((i) => isWrong(p[i], rows.label[i], threshold)), reach = reachOf(z);
  const curve = Array.from({length: POINTS}, (_, i) => reach * (2 * i / (POINTS - 1) - 1));
  return {
    curve: {z: curve, p: curve.map(sigmoid)}, threshold: {y: [threshold]},
    boundary: {x: [threshold > 0 && threshold < 1 ? Math.log(threshold / (1 - threshold)) : NaN]},
    rows: {z, p, ...marked(rows, palette)}, misclassified: {z: wrong.map((i) => z[i]), p: wrong.map((i) => p[i])},
  };
}

export const sCurveSpan = ({rows: {z}}) => ({x: [-reachOf(z), reachOf(z)]});

// A power of 2, so that it rests while the logits move.
const reachOf = (z) => Math.min(MOST_REACH, 2 ** Math.ceil(Math.log2(Math.max(LEAST_REACH, ...z.filter(Number.isFinite).map(Math.abs)))));
