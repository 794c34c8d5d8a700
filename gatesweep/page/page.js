// The page's state, its controls and what each of them repaints.

import {control, showValue} from "./controls.js";
import {logit} from "./plane.js";
import {$, MEASURES, showConfusion, showCurvesKey, showEquation, showProbe, showProgress, showScores, showSeeds, showSummary, showTitle}
  from "./words.js";

const [LOW, HIGH] = [-1, 2];
const PLAY_MS = 250;
const HAND = ["w1", "w2", "w3", "intercept"];

export class Page {
  constructor(data, runs, figures) {
    Object.assign(this, {runs, figures, lessons: [], timer: 0});
    this.state = {run: 0, epoch: Infinity, probabilities: false, bestLine: false, cloud: false, finest: false, hand: null, measure: "test"};
    this.values = data.values;
    this.lessons = data.lessons.filter((lesson) => this.#runOf(lesson) >= 0);
    this.#wire();
    this.#readHash();
    this.setRun(this.state.run);
    this.setMode(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  }

  get run() { return this.runs[this.state.run]; }
  get last() { return this.run.steps(this.at) - 1; }
  get epoch() { return Math.min(this.state.epoch, this.last); }

  // The place of the chosen values on the run's grid: the nearest where a run lacks a value.
  get at() {
    const at = {};
    for (const {name, values} of this.run.dims) {
      const wanted = this.values[name];
      let best = Math.max(0, values.indexOf(wanted));
      if (typeof wanted === "number" && values[best] !== wanted) {
        const distance = (value) => Math.abs(Number(value === "inf" ? Infinity : value) - wanted);
        values.forEach((value, i) => { if (distance(value) < distance(values[best])) best = i; });
      }
      at[name] = best;
    }
    return at;
  }

  // ---- controls

  #wire() {
    $("run").replaceChildren(...this.runs.map((run, i) => new Option(run.label, i)));
    $("run-row").hidden = this.runs.length < 2;
    $("run").onchange = () => this.setRun(Number($("run").value));
    $("measure").replaceChildren(...Object.entries(MEASURES).map(([name, {label}]) => new Option(label, name)));
    $("measure").onchange = () => { this.state.measure = $("measure").value; this.draw(); };
    $("probabilities").onchange = () => { this.state.probabilities = $("probabilities").checked; this.draw(); };
    $("best-line").onchange = () => { this.state.bestLine = $("best-line").checked; this.draw(); };
    $("cloud").onchange = () => { this.state.cloud = $("cloud").checked; this.draw(); };
    $("finest").onchange = () => { this.state.finest = $("finest").checked; this.draw(); };
    $("by-hand").onchange = () => { this.#takeHand($("by-hand").checked ? this.run.model(this.at, this.epoch) : null); this.draw(); };
    for (const name of HAND) $(`hand-${name}`).oninput = () => { this.#takeHand(this.#handOf((of) => Number($(`hand-${of}`).value))); this.draw(); };
    for (const run of this.runs) run.changed = () => this.#afterPaint(() => this.#drawPopulation());
    $("epoch").oninput = () => { this.stop(); this.state.epoch = Number($("epoch").value); this.draw(); };
    $("play").onclick = () => (this.timer ? this.stop() : this.play());
    $("theme").onclick = () => this.setMode(this.mode === "dark" ? "light" : "dark");
    $("controls").onsubmit = (event) => event.preventDefault();
    matchMedia("(prefers-color-scheme: dark)").onchange = ({matches}) => this.setMode(matches ? "dark" : "light");
    window.onhashchange = () => { this.#readHash(); this.setRun(this.state.run); };
    document.addEventListener("keydown", (event) => this.#key(event));
    this.figures.plots["heatmap-plot"].on_event("tap", ({x, y}) => this.#pick(x, y));
    this.figures.plots["seeds-plot"].on_event("tap", ({x, y}) => this.#pickSeed(x, y));
    const boundary = this.figures.plots["boundary-plot"];
    for (const event of ["mousemove", "tap"]) boundary.on_event(event, ({x, y}) => showProbe(this.shown, x, y));
    boundary.on_event("mouseleave", () => showProbe(null, NaN, NaN));
    showProbe(null, NaN, NaN);
    this.#wireLessons();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(SELECT|BUTTON|SUMMARY)$/.test(event.target.tagName)) return;
    if (event.key === " " && event.target.type !== "checkbox" && event.target.type !== "radio" && this.run.epochs) {
      event.preventDefault();
      $("play").click();
    }
    if (event.key === "p") $("probabilities").click();
  }

  setRun(index) {
    this.stop();
    this.state.run = index;
    $("run").value = index;
    for (const id of ["cloud-row", "finest-row", "by-hand-row"]) $(id).hidden = !this.run.live;
    $("dims").replaceChildren(...this.run.dims.map((dim) => control(dim, this.at[dim.name], (value) => this.set(dim.name, value))));
    this.#takeHand(this.run.live ? this.state.hand : null);
    $("player").hidden = !this.run.epochs;
    $("seeds").hidden = this.run.seeds.length < 2;
    $("losses").hidden = !this.run.epochs;
    this.draw();
  }

  set(name, value) {
    this.values[name] = value;
    this.draw();
  }

  // Makes the controls say what the state says, after a cell, a lesson or a link has changed it.
  #sync() {
    for (const [name, i] of Object.entries(this.at)) showValue(this.run.dim(name), i);
    this.#tick();
    this.draw();
  }

  #tick() {
    $("probabilities").checked = this.state.probabilities;
    $("best-line").checked = this.state.bestLine;
    $("cloud").checked = this.state.cloud;
    $("finest").checked = this.state.finest;
    $("measure").value = this.state.measure;
  }

  // By hand: the model on show is the one that the four sliders say, null for the trained one.
  #takeHand(hand) {
    this.state.hand = hand && this.#handOf((name) => hand[name]);
    $("by-hand").checked = Boolean(hand);
    $("hand").hidden = !hand;
    if (!hand) return;
    for (const name of HAND) {
      const slider = $(`hand-${name}`), value = this.state.hand[name];
      if (Number(slider.value) !== value) slider.value = value;
      $(`hand-${name}-text`).textContent = slider.ariaValueText = value.toFixed(2);
    }
  }
  #handOf(read) {
    const product = this.run.hasProduct(this.at);
    $("hand-w3-row").hidden = !product;
    return Object.fromEntries(HAND.map((name) => [name, name === "w3" && !product ? 0 : read(name)]));
  }

  #pick(x, y) {
    const {gates, levels} = this.run.map(this.at), edges = edgesOf(levels), gate = gates.length - 1 - Math.floor(y);
    const level = edges.findIndex((edge, i) => edge <= x && x < edges[i + 1]);
    if (gate < 0 || gate >= gates.length || level < 0) return;
    this.values.gate = gates[gate];
    this.values.noise_level = levels[level];
    this.#sync();
  }

  #pickSeed(x, y) {
    if (!this.figures.seedDots) return;
    const {values, heights} = this.figures.seedDots, {low, high} = MEASURES[this.state.measure];
    const rows = Math.max(6, ...heights), distance = (i) => Math.hypot((values[i] - x) / (high - low), (heights[i] - y) / rows);
    let nearest = 0;
    values.forEach((_, i) => { if (distance(i) < distance(nearest)) nearest = i; });
    this.values.seed = this.run.seeds[nearest];
    this.#sync();
  }

  setMode(mode) {
    this.mode = document.documentElement.dataset.theme = mode;
    $("theme").textContent = mode === "dark" ? "Light" : "Dark";
    $("theme").setAttribute("aria-label", `Switch to ${mode === "dark" ? "light" : "dark"} colours`);
    this.figures.paint(mode);
    this.draw();
  }

  play() {
    if (this.epoch >= this.last) this.state.epoch = 0;
    $("play").textContent = "Pause";
    this.timer = setInterval(() => {
      this.state.epoch = this.epoch + 1;
      if (this.epoch >= this.last) this.stop();
      this.draw();
    }, PLAY_MS);
    this.draw();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    $("play").textContent = "Play";
  }

  // ---- drawing

  draw() {
    const {run, at, epoch, state, figures} = this;
    run.finest = state.finest;
    if (run.live) run.hand = state.hand;
    const model = this.shown = run.model(at, epoch), limits = run.limits(at);
    this.#rows(at);
    const wrong = figures.points(this.rows, model);
    figures.surface(model, state.probabilities, LOW, HIGH);
    figures.lines(model, state.bestLine && limits.line, state.probabilities, LOW, HIGH);
    const scores = {...run.scores(at, epoch), exact: run.exact(at, epoch)};
    const gate = run.value("gate", at), tests = run.testCount(at);
    showTitle(gate, run.value("noise_level", at), scores);
    showScores(scores, limits);
    showSummary(gate, wrong, [this.rows.n - tests, tests], scores.exact, limits);
    showConfusion(this.rows, (x1, x2) => logit(model, x1, x2) >= 0);
    showEquation(model, run.hasProduct(at), state.hand ? "by hand" : run.status(at));
    if (run.epochs) this.#losses(at, epoch);
    this.#afterPaint(() => {
      this.#drawPopulation();
      this.#writeHash();
    });
  }

  #drawPopulation() {
    const {at, epoch} = this;
    if (this.run.seeds.length > 1) this.#seeds(at, epoch, this.run.limits(at));
    this.#population(at, epoch);
  }

  // The model under the finger is painted first, the charts of its population right after; only the newest counts.
  #afterPaint(work) {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.task);
    this.frame = requestAnimationFrame(() => { this.task = setTimeout(work); });
  }

  #rows(at) {
    const key = `${this.state.run}:${this.run.place(at)}`;
    if (key !== this.rowsKey) [this.rows, this.rowsKey, this.lossKey] = [this.run.rows(at), key, ""];
  }

  #seeds(at, epoch, {best}) {
    const {run, state} = this, measure = MEASURES[state.measure], others = run.others(state.measure, at, epoch);
    if (!others.done) return;
    const chosen = run.seeds.indexOf(run.value("seed", at));
    this.figures.seeds(others.values, run.measure(state.measure, at, epoch), chosen, best, measure);
    this.figures.cloud(state.cloud ? others.models : [], LOW, HIGH);
    showSeeds(measure.label, others.values, run.value("seed", at), run.measure(state.measure, at, epoch));
  }

  #losses(at, epoch) {
    $("epoch").max = this.last;
    $("epoch").value = epoch;
    $("epoch-value").textContent = $("epoch").ariaValueText = `epoch ${epoch} of ${this.last}`;
    if (this.lossKey !== this.rowsKey) {
      this.loss = this.run.losses(at);
      this.figures.losses(...this.loss, epoch);
      this.lossKey = this.rowsKey;
    }
    this.figures.epoch(epoch);
    $("loss-text").textContent = `Train ${this.loss[0][epoch].toFixed(3)}, test ${this.loss[1][epoch].toFixed(3)} at this epoch.`;
  }

  #population(at, epoch) {
    const {run, state, figures} = this, measure = MEASURES[state.measure], {gates, levels, seeds} = run.map(at);
    const table = run.table(state.measure, at, epoch), gate = gates.indexOf(run.value("gate", at)), edges = edgesOf(levels);
    showProgress(table, gates.length * levels.length * seeds.length);
    // A picture is kept until the first cells of the next one are there.
    if (!table.done && !table.ready) return;
    const {cells} = table, finite = cells.map((cell) => cell.mean).filter(Number.isFinite);
    const low = Math.min(...finite, measure.high - 0.1), high = Math.max(...finite, low + 0.1);
    const lowest = Math.min(low, ...cells.map((cell) => cell.low).filter(Number.isFinite));
    figures.heatmap(cells, edges, gates, {low, high});
    const limits = levels.map((level) => run.limitsOf(gates[gate], level));
    figures.curves(cells, levels, gate, limits, {...measure, low: lowest, high: Math.max(high, measure.limits ? 1 : high), pad: 0.03});
    const over = seeds.length > 1 ? `, mean over ${seeds.length} seeds` : `, seed ${seeds[0]}`;
    $("heatmap-title").textContent = measure.label + over;
    $("curves-title").textContent = `${measure.label} of ${gates[gate]} against noise level`;
    showCurvesKey(gates.filter((_, other) => other !== gate), gates[gate], seeds.length, measure.limits);
    const noise = run.value("noise_level", at), distance = levels.map((level) => Math.abs(level - noise));
    figures.here(gate, gates.length, distance.indexOf(Math.min(...distance)), edges, noise, run.measure(state.measure, at, epoch));
  }

  // ---- lessons and links

  #runOf({set}) {
    return this.runs.findIndex((run) => Object.entries(set).every(([name, value]) => {
      const dim = run.dim(name);
      if (dim) return dim.values.includes(value);
      return name in run.constants ? run.constants[name] === value : !run.live;
    }));
  }

  #wireLessons() {
    $("lesson").hidden = !this.lessons.length;
    $("lesson-pick").replaceChildren(new Option(`${this.lessons.length} lessons`, ""),
      ...this.lessons.map((lesson, i) => new Option(`${i + 1}. ${lesson.title}`, i)));
    const step = (by) => () => {
      const now = $("lesson-pick").value === "" ? (by > 0 ? -1 : 0) : Number($("lesson-pick").value);
      this.openLesson((now + by + this.lessons.length) % this.lessons.length);
    };
    $("lesson-back").onclick = step(-1);
    $("lesson-next").onclick = step(1);
    $("lesson-pick").onchange = () => this.openLesson($("lesson-pick").value === "" ? -1 : Number($("lesson-pick").value));
    this.openLesson(-1);
  }

  openLesson(index) {
    const lesson = this.lessons[index];
    $("lesson-pick").value = lesson ? index : "";
    document.body.classList.toggle("lesson-open", Boolean(lesson));
    for (const part of ["question", "hint", "answer"]) $(`lesson-${part}`).textContent = lesson?.[part] ?? "";
    for (const fold of $("lesson").querySelectorAll("details")) fold.open = false;
    if (!lesson) return;
    const {measure = "test", show = []} = lesson;
    Object.assign(this.values, lesson.set);
    Object.assign(this.state, {
      measure, epoch: Infinity, probabilities: show.includes("probabilities"), bestLine: show.includes("best line"), cloud: false, hand: null,
    });
    this.setRun(this.#runOf(lesson));
    this.#sync();
  }

  #writeHash() {
    const at = this.at, entries = this.run.dims.map(({name, values}) => [name, values[at[name]]]);
    entries.unshift(this.run.live ? ["solver", this.run.constants.solver] : ["model", this.state.run]);
    if (this.run.epochs) entries.push(["epoch", this.epoch]);
    if (this.state.probabilities) entries.push(["probabilities", 1]);
    if (this.state.bestLine) entries.push(["best_line", 1]);
    if (this.state.cloud) entries.push(["cloud", "true"]);
    if (this.state.hand) entries.push(["by_hand", "true"], ...Object.entries(this.state.hand));
    if (this.state.measure !== "test") entries.push(["measure", this.state.measure]);
    this.hash = `#${new URLSearchParams(entries)}`;
    clearTimeout(this.hashTimer);
    this.hashTimer = setTimeout(() => history.replaceState(null, "", this.hash), 300);
  }

  // A link's values count only where a run has them; anything else is left as it was.
  #readHash() {
    const link = new URLSearchParams(location.hash.slice(1) || location.search), model = link.get("model");
    if (/^\d+$/.test(model) && Number(model) < this.runs.length) this.state.run = Number(model);
    // The app's links name the solver; scikit-learn's optimum is newton's.
    const solver = link.get("solver")?.replace("scikit-learn", "newton");
    const named = this.runs.findIndex((run) => run.live && run.constants.solver === solver);
    if (named >= 0) this.state.run = named;
    const run = this.run;
    for (const {name, values} of run.dims) {
      const value = values.find((known) => String(known) === link.get(name));
      if (value !== undefined) this.values[name] = value;
    }
    const epoch = Number(link.get("epoch") ?? NaN);
    if (Number.isInteger(epoch) && epoch >= 0) this.state.epoch = epoch;
    this.state.probabilities = link.has("probabilities") || link.get("surface") === "probability";
    this.state.bestLine = link.has("best_line");
    this.state.cloud = link.get("cloud") === "true";
    const hand = Object.fromEntries(HAND.map((name) => [name, Number(link.get(name) ?? 0)]));
    this.state.hand = run.live && link.get("by_hand") === "true" && Object.values(hand).every((w) => Math.abs(w) <= 1e6) ? hand : null;
    if (Object.hasOwn(MEASURES, link.get("measure") ?? "")) this.state.measure = link.get("measure");
    this.#tick();
  }
}

// The sides of a heatmap's cells: half-way between neighbouring noise levels.
function edgesOf(levels) {
  const last = levels.length - 1;
  if (!last) return [levels[0] - 0.5, levels[0] + 0.5];
  const middle = levels.slice(1).map((level, i) => (level + levels[i]) / 2);
  return [2 * levels[0] - middle[0], ...middle, 2 * levels[last] - middle.at(-1)];
}
