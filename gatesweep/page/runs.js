// Models as the page reads them: a grid of settings with a place for each model, its scores and the limits of theory.

import {designOf} from "./engine/logistic.js";
import {exactAccuracy, exactLogLoss} from "./engine/theory.js";
import {scoresOf} from "./engine/training.js";
import {valley} from "./engine/valley.js";

// Parameters w1, w2, (w3,) intercept by name; w3 is 0 without the product feature.
export const modelOf = (params) => ({w1: params[0], w2: params[1], w3: params.length > 3 ? params[2] : 0, intercept: params.at(-1)});

// A grid of models: `at` is a place on it, an index for each dimension by name. With `hand`, a model set by hand is on
// show in the place of the trained one. Who inherits has `trained(at, epoch)`, the parameters w1, w2, (w3,) intercept.
export class Run {
  constructor(entry) { Object.assign(this, entry, {hand: null, designsKey: ""}); }

  dim(name) { return this.dims.find((dim) => dim.name === name); }
  value(name, at) {
    const dim = this.dim(name);
    return dim ? dim.values[at[name]] : this.constants[name];
  }
  place(at) { return this.dims.reduce((sum, dim) => sum * dim.values.length + at[dim.name], 0); }
  // What decides which model is on show, as text.
  key(at) { return String(this.place(at)); }
  last(at) { return this.steps(at) - 1; }

  // What a model is made of here: w1, w2, w3 with the product feature, intercept.
  parameterNames(at) { return this.hasProduct(at) ? ["w1", "w2", "w3", "intercept"] : ["w1", "w2", "intercept"]; }
  params(at, epoch) {
    return this.hand ? Float64Array.from(this.parameterNames(at), (name) => this.hand[name]) : this.trained(at, epoch);
  }
  model(at, epoch) { return modelOf(this.params(at, epoch)); }

  // The training and the test rows, ready to be scored.
  designs(at) {
    const key = this.key(at);
    if (key !== this.designsKey) {
      const rows = this.rows(at), features = this.hasProduct(at) ? "interaction" : "linear";
      const part = (test) => designOf(rows, [...rows.test.keys()].filter((i) => rows.test[i] === test), features);
      Object.assign(this, {designsKey: key, parts: {train: part(0), test: part(1)}});
    }
    return this.parts;
  }
  scoresOf(at, params) {
    const {trainLoss, testLoss, trainAccuracy, testAccuracy} = scoresOf(this.designs(at), params);
    return {train: trainAccuracy, test: testAccuracy, trainLoss, testLoss};
  }
  scores(at, epoch) { return this.scoresOf(at, this.params(at, epoch)); }

  // Mean log losses of the training and of the test rows at every step.
  losses(at) {
    const scores = Array.from({length: this.steps(at)}, (_, step) => this.scoresOf(at, this.trained(at, step)));
    return [scores.map(({trainLoss}) => trainLoss), scores.map(({testLoss}) => testLoss)];
  }
  exact(at, epoch) { return this.hand ? this.exactOf(this.params(at), at) : this.trainedExact(at, epoch); }
  trainedExact(at, epoch) { return this.exactOf(this.trained(at, epoch), at); }
  exactOf(params, at) { return exactAccuracy(params, this.truth(at), this.value("noise_level", at)); }
  exactLoss(at, epoch) { return exactLogLoss(this.params(at, epoch), this.truth(at), this.value("noise_level", at)); }

  // The training loss over two parameters, around the path and the model on show.
  valley(at, epoch, names) {
    const path = Array.from({length: this.steps(at)}, (_, step) => this.trained(at, step));
    const places = names.map((name) => this.parameterNames(at).indexOf(name));
    return valley(this.designs(at).train, path, this.params(at, epoch), places);
  }
}
