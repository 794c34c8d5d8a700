// The mean log loss of the training rows over two parameters of a model, at the trained values of the others.

import {meanLoss} from "./logistic.js";

const VALLEY_SIDE = 48;

// Around the whole path and the model on show, with a margin. `places`: which two, counted w1, w2, (w3,) intercept.
export function valley(train, path, shown, places) {
  const line = path.map((params) => places.map((place) => params[place]));
  const known = [...line, places.map((place) => shown[place])].filter((point) => point.every(Number.isFinite));
  const ends = [0, 1].map((axis) => [Math.min(...known.map((p) => p[axis])), Math.max(...known.map((p) => p[axis]))]);
  const pad = 0.35 * Math.max(1, ...ends.map(([low, high]) => high - low));
  const spans = ends.map(([low, high]) => [low - pad, high + pad]), loss = new Float32Array(VALLEY_SIDE ** 2);
  const params = Float64Array.from(path.at(-1), (value) => (Number.isFinite(value) ? value : 0));
  const centre = ([low, high], i) => low + (i + 0.5) * (high - low) / VALLEY_SIDE;
  for (let row = 0; row < VALLEY_SIDE; row++) {
    params[places[1]] = centre(spans[1], row);
    for (let column = 0; column < VALLEY_SIDE; column++) {
      params[places[0]] = centre(spans[0], column);
      loss[row * VALLEY_SIDE + column] = meanLoss(train, params);
    }
  }
  return {places, path: line, spans, loss};
}
