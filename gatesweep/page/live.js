// Models that the page trains itself: the one on show at once, its population in a worker.

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

  // Takes in a value that no control offers by itself (from a link, say), so that the control can show it.
  admit(name, value) {
    const dim = this.dim(name);
    if (!dim || dim.values.includes(value) || typeof value !== "number") return;
    const place = dim.values.findIndex((known) => known === "inf" || known > value);
    dim.values.splice(place < 0 ? dim.values.length : place, 0, value);
  }

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

  // The models of the other seeds, or of other first weights, at this place; while new ones are on their way, of those
  // before. Of a network, whose exact accuracy takes long, at the end of the training alone.
  others(at, epoch) {
    if (this.own !== null) return this.#refits(at);
    const over = this.over(at), {[over]: _, start: __, ...settings} = this.settings(at), key = JSON.stringify({over, ...settings});
    if (key !== this.other.key) {
      const init = settings.init === "hand" ? "auto" : settings.init, count = settings.hidden_units;
      const job = {kind: "seeds", settings: {...settings, init}, axes: {[over]: SEEDS}, path: !count, numbers: count ? this.parameterNames(at).length : undefined};
      this.other = {key, over, of: this.kind(at), population: new Population(job, (done) => done && this.changed())};
      this.crew.ask(job, this.other.population.take);
    }
    const {population, of} = this.other, kept = SEEDS.map((_, seed) => population.of({[over]: seed}, epoch));
    return {
      over, done: population.done, exact: kept.map(({exact_accuracy}) => exact_accuracy),
      get models() { return kept.map(({params}) => modelOf(params, of)); },
    };
  }
  // 200 refits on bootstraps of own rows, and what can be said of any line on them.
  #refits(at) {
    const {rows, train, key: own} = this.own, {start: _, ...settings} = this.settings(at), key = JSON.stringify(settings);
    if (!train.length) return {over: "refit", done: true, exact: [], models: []};
    if (key !== this.other.key) {
      const of = this.kind(at), job = {settings: {...settings, init: settings.init === "hand" ? "auto" : settings.init}, own: {rows, train, key: own}};
      const refits = {...job, kind: "seeds", axes: {refit: SEEDS}, numbers: this.parameterNames(at).length};
      this.other = {key, of, population: new Population(refits, (done) => done && this.changed())};
      this.survey = {key, found: null};
      this.crew.ask(refits, this.other.population.take);
      this.crew.ask({...job, kind: "survey", axes: {}}, ({done, found}) => {
        if (!done) return;
        this.survey.found = found;
        this.changed();
      });
    }
    const {population, of} = this.other, kept = SEEDS.map((_, refit) => population.of({refit}, 0));
    return {
      over: "refit", done: population.done, exact: kept.map(({test_accuracy}) => test_accuracy),
      get models() { return kept.map(({params}) => modelOf(params, of)); },
    };
  }
  // Of the own rows on show; null until it is known.
  surveyed(at) {
    const {start: _, ...settings} = this.settings(at);
    return this.survey.key === JSON.stringify(settings) ? this.survey.found : null;
  }
  // What they differ in: "seed", or of a network "init_seed".
  over(at) { return this.kind(at).hidden_units ? this.differ : "seed"; }
}
