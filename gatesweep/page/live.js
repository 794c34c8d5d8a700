// Models that the page trains itself: the one on show at once, its population in workers.

import {truthOf} from "./engine/lecture.js";
import {bayesAccuracy, bestLine, exactAccuracy, majorityAccuracy} from "./engine/theory.js";
import {dataOf, fit} from "./engine/training.js";
import {Population} from "./crew.js";
import {modelOf} from "./models.js";
import {Run} from "./runs.js";

const FITS_KEPT = 32;
const SEEDS = Array.from({length: 200}, (_, seed) => seed);
// What the page trains at most while its visitor waits: rows times epochs, and mini-batches.
const MAX_ROW_VISITS = 4e6, MAX_STEPS = 20000;

// A solver with every other setting free. `at` is a place on its dimensions, as for a packed sweep.
export class LiveRun extends Run {
  constructor(entry, crew) {
    super(entry);
    Object.assign(this, {live: true, crew, differ: "seed", own: null, more: {}, fits: new Map(), limitsKept: new Map(), other: {key: ""}, survey: {key: ""}, changed: () => {}});
  }

  get seeds() { return SEEDS; }

  // Whether the page can train this while its visitor waits.
  static affords({solver, num_samples, epochs, batch_size, max_iter, hidden_units}) {
    const steps = solver === "newton" ? max_iter : epochs * Math.ceil(num_samples / batch_size);
    return num_samples * (solver === "newton" ? max_iter : epochs) * Math.max(1, hidden_units) <= MAX_ROW_VISITS && steps <= MAX_STEPS;
  }

  settings(at) {
    const chosen = {...this.more, ...this.constants};
    for (const {name, values} of this.dims) chosen[name] = values[at[name]];
    if (chosen.C === "inf") chosen.C = Infinity;
    if (this.own !== null) Object.assign(chosen, {own: this.own.key, ...(chosen.init === "population" && {init: "auto"})});
    if (chosen.init !== "hand") return chosen;
    const {network, ...line} = this.start, names = this.parameterNames(at);
    if (!chosen.hidden_units) return {...chosen, start: names.map((name) => line[name])};
    return network.length === names.length ? {...chosen, start: network} : {...chosen, init: "auto"};
  }

  #fitted(at) {
    const settings = this.settings(at), key = this.key(at);
    if (!this.fits.has(key)) {
      if (this.fits.size >= FITS_KEPT) this.fits.delete(this.fits.keys().next().value);
      const data = this.own ?? dataOf(settings);
      this.fits.set(key, {data, ...fit(settings, data)});
    }
    return this.fits.get(key);
  }
  key(at) { return JSON.stringify(this.settings(at)); }
  steps(at) { return this.#fitted(at).path.length; }
  trained(at, epoch) { return this.#fitted(at).path[Math.min(epoch, this.steps(at) - 1)]; }
  designs(at) { return this.#fitted(at); }
  status(at) { return this.#fitted(at).status; }
  // Own rows are of no gate: nobody knows what is true of them.
  truth(at) { return this.own === null ? truthOf(this.value("gate", at)) : null; }
  hasProduct(at) { return this.value("features", at) === "interaction"; }

  rows(at) {
    const {rows, test} = this.#fitted(at).data, isTest = new Uint8Array(rows.n);
    for (const row of test) isTest[row] = 1;
    return {...rows, test: isTest};
  }

  limits(at) {
    if (this.own === null) return this.limitsOf(this.value("gate", at), this.value("noise_level", at));
    const {label, n} = this.rows(at), ones = label.reduce((sum, one) => sum + one, 0) / n;
    const known = this.surveyed(at);
    return {bayes: NaN, folds: known?.validated ?? NaN, best: known ? known.best.right / n : NaN, majority: Math.max(ones, 1 - ones)};
  }
  limitsOf(gate, level) {
    const key = `${gate} ${level}`;
    if (!this.limitsKept.has(key)) {
      const truth = truthOf(gate);
      this.limitsKept.set(key, {
        bayes: bayesAccuracy(truth, level), best: exactAccuracy(bestLine(truth, level), truth, level), majority: majorityAccuracy(truth),
      });
    }
    return this.limitsKept.get(key);
  }

  // What the others differ in: "seed", of a network perhaps "init_seed"; own rows are refitted.
  over(at) { return this.own !== null ? "refit" : this.kind(at).hidden_units ? this.differ : "seed"; }

  othersKey(at) {
    const over = this.over(at), {start: _, [over]: __, ...settings} = this.settings(at);
    return JSON.stringify({over, ...settings});
  }

  // The models of the other seeds, or of other first weights. Of a network, whose exact accuracy takes long, at the end of
  // the training alone. Of own rows, refits on bootstraps, and what can be said of any line on them.
  ask(at) {
    const key = this.othersKey(at), {own} = this;
    if (key === this.other.key || own?.train.length === 0) return;
    const over = this.over(at), {start: _, [over]: __, ...settings} = this.settings(at), {init, hidden_units: count} = settings;
    const job = {kind: "seeds", settings: {...settings, init: init === "hand" ? "auto" : init}, axes: {[over]: SEEDS}};
    if (own || count) job.numbers = this.parameterNames(at).length;
    else job.path = true;
    if (own) {
      job.own = {rows: own.rows, train: own.train, key: own.key};
      this.survey = {key, found: null};
      this.crew.ask({...job, kind: "survey", axes: {}}, ({done, found}) => {
        if (!done) return;
        this.survey.found = found;
        this.changed();
      });
    }
    this.other = {key, over, of: this.kind(at), population: new Population(job, (done) => done && this.changed())};
    this.crew.ask(job, this.other.population.take);
  }
  release() {
    if (this.other.population?.done === false) {
      this.crew.cancel("seeds");
      this.other = {key: ""};
    }
    if (this.survey.found === null) {
      this.crew.cancel("survey");
      this.survey = this.other = {key: ""};
    }
  }
  others(at, epoch) {
    const {population, of, over, key} = this.other;
    if (this.own?.train.length === 0) return {over: "refit", exact: [], models: []};
    if (key !== this.othersKey(at) || !population.done) return null;
    const kept = SEEDS.map((_, i) => population.of({[over]: i}, epoch)), accuracy = over === "refit" ? "test_accuracy" : "exact_accuracy";
    return {
      over, exact: kept.map((one) => one[accuracy]),
      get models() { return kept.map(({params}) => modelOf(params, of)); },
    };
  }
  // Of the own rows on show; null until it is known.
  surveyed(at) { return this.survey.key === this.othersKey(at) ? this.survey.found : null; }
}
