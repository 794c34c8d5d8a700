// Models as the page reads them: a grid of settings with a place for each model, its scores and the limits of theory.

import {designOf} from "./engine/logistic.js";
import {networkAccuracy, networkLogLoss} from "./engine/network_theory.js";
import {exactAccuracy, exactLogLoss} from "./engine/theory.js";
import {scoresOf} from "./engine/training.js";
import {valley} from "./engine/valley.js";
import {modelOf, numbersOf} from "./models.js";

// Takes in a value that no control offers by itself (from a link, say), so that the control can show it.
export function admit({values}, value) {
  if (values.includes(value) || typeof value !== "number") return;
  const place = values.findIndex((known) => known === "inf" || known > value);
  values.splice(place < 0 ? values.length : place, 0, value);
}

// A grid of models: `at` is a place on it, an index for each dimension by name. `start` holds the numbers set by
// hand; with `byHand` they are on show in the place of the trained model. Who inherits has `trained(at, epoch)`, the parameters in the engine's order.
export class Run {
  constructor(entry) { Object.assign(this, entry, {byHand: false, start: null, designsKey: ""}); }

  dim(name) { return this.dims.find((dim) => dim.name === name); }
  value(name, at) {
    const dim = this.dim(name);
    return dim ? dim.values[at[name]] : this.constants[name];
  }
  place(at) { return this.dims.reduce((sum, dim) => sum * dim.values.length + at[dim.name], 0); }
  // What decides which model is on show, as text.
  key(at) { return String(this.place(at)); }
  last(at) { return this.steps(at) - 1; }

  // The models beside the one on show, `others(at, epoch)`: null until they are there. A run that has them all trains none.
  othersKey() { return ""; } // What decides who they are, as text.
  ask() {} // Has them trained.
  release() {} // Lets go of those that are still being trained.

  // What kind of model it is here: hidden units, their activation, features.
  kind(at) { return {hidden_units: this.value("hidden_units", at) ?? 0, activation: this.value("activation", at), features: this.hasProduct(at) ? "interaction" : "linear"}; }
  parameterNames(at) { return numbersOf(this.kind(at).hidden_units, this.hasProduct(at)); }
  // The numbers of the model set by hand; before there are any of a network, those of the trained one.
  handed(at) {
    const {network, ...line} = this.start, names = this.parameterNames(at);
    if (!this.kind(at).hidden_units) return Float64Array.from(names, (name) => line[name]);
    return network.length === names.length ? Float64Array.from(network) : this.trained(at, this.last(at));
  }
  params(at, epoch) { return this.byHand ? this.handed(at) : this.trained(at, epoch); }
  model(at, epoch) { return modelOf(this.params(at, epoch), this.kind(at)); }

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
  exact(at, epoch) { return this.byHand ? this.exactOf(this.params(at), at) : this.trainedExact(at, epoch); }
  trainedExact(at, epoch) { return this.exactOf(this.trained(at, epoch), at); }
  exactOf(params, at, kind) { return this.#onTruth(exactAccuracy, networkAccuracy, params, at, kind); }
  exactLoss(at, epoch) { return this.#onTruth(exactLogLoss, networkLogLoss, this.params(at, epoch), at); }
  #onTruth(ofLine, ofNetwork, params, at, kind = this.kind(at)) {
    const truth = this.truth(at);
    return truth ? (kind.hidden_units ? ofNetwork : ofLine)(params, truth, this.value("noise_level", at), kind) : NaN;
  }

  // The training loss over two parameters, around the path and the model on show.
  valley(at, epoch, names) {
    const path = Array.from({length: this.steps(at)}, (_, step) => this.trained(at, step));
    const places = names.map((name) => this.parameterNames(at).indexOf(name));
    return valley(this.designs(at).train, path, this.params(at, epoch), places);
  }
}
