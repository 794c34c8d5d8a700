// The Lab: one model on one noisy gate. `values` holds the settings and the view under the names of the app's links.

import {$, choose, control, fillMenu, onChoice, showValue} from "./controls.js";
import {GATES} from "./engine/lecture.js";
import {Hand} from "./hand.js";
import {LiveRun} from "./live.js";
import {Player} from "./player.js";
import {binOf} from "./plots.js";
import {showAccuracies, showErrors, showTruth, showWords} from "./show.js";
import {PARAMETERS, probe, summary} from "./words.js";

const ON_TOP = ["gate", "noise_level", "num_samples", "seed", "features"];
const HAND = Object.keys(PARAMETERS);
// How near to a corner a tap is meant for it.
const CORNER_REACH = 0.2;

export class Lab {
  // `changed` is called when what is on show has changed, `last` tells whether it will rest.
  constructor(data, runs, changed) {
    Object.assign(this, {data, runs, changed, index: 0, figures: null, palette: null, values: this.usual(data, 0), drawn: {}});
    this.player = new Player(this, {
      play: $("play"), slider: $("epoch"), output: $("epoch-value"), back: $("back"), step: $("step"), speed: $("speed"),
    });
    this.hand = new Hand(data.ranges, (weights) => this.set(weights));
    this.#wire();
  }

  get run() { return this.runs[this.index]; }
  get isPlaying() { return Boolean(this.player.timer); }
  get last() { return this.run.last(this.at); }
  get epoch() { return Math.min(this.values.epoch ?? Infinity, this.last); }

  // The place of the chosen values on the run's grid: the nearest where a packed run lacks a value.
  get at() {
    const at = {};
    for (const {name, values} of this.run.dims) {
      const wanted = this.values[name];
      if (this.run.live) this.run.admit(name, wanted);
      let best = Math.max(0, values.indexOf(wanted));
      if (typeof wanted === "number" && values[best] !== wanted) {
        const distance = (value) => Math.abs(Number(value === "inf" ? Infinity : value) - wanted);
        values.forEach((value, i) => { if (distance(value) < distance(values[best])) best = i; });
      }
      at[name] = best;
    }
    return at;
  }

  // The values that everything has when a lesson (0: none) is opened.
  usual(data, lesson) {
    const chosen = data.lessons[lesson - 1];
    return {...data.usual, ...(chosen && !chosen.network && {...chosen.settings, lesson, hide: chosen.hide})};
  }

  // ---- what can be done

  // Takes new values. Another model is shown as trained; what cannot be trained while one waits is refused.
  set(changes) {
    const next = {...this.values, ...changes}, {settings} = this.data;
    if (this.run.live && !LiveRun.affords(next)) next.epochs = next.num_samples = null;
    if (next.epochs === null) return this.draw();
    if (!("epoch" in changes) && !this.isPlaying && Object.keys(changes).some((name) => settings.includes(name))) next.epoch = null;
    this.values = next;
    this.#fit();
    this.draw();
  }

  // Another run: of the named solver where the page trains, else the one that was chosen.
  #fit() {
    const solver = this.values.solver === "scikit-learn" ? "newton" : this.values.solver;
    const index = this.runs.findIndex((run) => run.live && run.constants.solver === solver);
    if (index >= 0) this.choose(index);
  }
  choose(index) {
    if (index === this.index && this.drawn.controls) return;
    this.index = index;
    this.drawn.controls = true;
    $("run").value = index;
    const made = this.run.dims.map((dim) => [dim.name, control(dim, this.at[dim.name], (value) => this.set({[dim.name]: value}))]);
    for (const slot of document.querySelectorAll("[id^=slot-]")) slot.replaceChildren();
    for (const [name, row] of made) $(ON_TOP.includes(name) ? `slot-${name}` : "slot-training").append(row);
    if ($("slot-seed").querySelector("input[type=number]")) $("slot-seed").append(Object.assign(document.createElement("button"), {type: "button", textContent: "New draw", onclick: () => this.newDraw()}));
  }

  scrub(epoch) {
    this.values.by_hand = false;
    this.values.epoch = epoch;
    this.draw();
  }
  newDraw() { this.set({seed: (this.values.seed + 1) % 1000}); }
  flip(corner) {
    const truth = [...this.run.truth(this.at)];
    truth[corner] ^= 1;
    const gate = GATES[truth.reduce((place, bit) => 2 * place + bit)];
    if (this.run.dim("gate")?.values.includes(gate)) this.set({gate});
  }

  // Opens a lesson, counted from 1; 0 closes it and shows every control.
  teach(lesson) {
    this.player.stop();
    if (lesson) this.restore(this.usual(this.data, lesson));
    else this.set({lesson: 0, hide: []});
    const {settings = {}} = this.data.lessons[lesson - 1] ?? {};
    $("training-fold").open = this.data.training.some((name) => settings[name]);
    $("hand-fold").open = this.values.by_hand;
  }
  // A lesson on a network, from a link of the app, is left out: this Lab shows one neuron.
  restore({lesson, ...values}) {
    this.player.stop();
    if (lesson && !this.data.lessons[lesson - 1]?.network) values = {...values, lesson};
    const index = this.run.live ? this.index : this.runs.findIndex((run) => !run.live && this.#has(run, values));
    if (index >= 0) this.choose(index);
    this.set({...this.usual(this.data, values.lesson ?? 0), ...values});
    if (this.values.by_hand) $("hand-fold").open = true;
  }
  #has(run, values) {
    const names = Object.keys(values).filter((name) => this.data.settings.includes(name));
    return names.every((name) => run.dim(name)?.values.includes(values[name]) ?? run.constants[name] === values[name]);
  }
  get lessons() {
    const has = ({settings, network}) => !network && this.runs.some((run) => run.live || this.#has(run, settings));
    return this.data.lessons.map((lesson, i) => ({...lesson, number: i + 1})).filter(has);
  }

  // The line set by hand is where training starts now, and it plays.
  learn() {
    this.set({init: "hand", by_hand: false});
    this.scrub(0);
    this.player.start();
  }

  // The seed at this quantile of the exact accuracies: 0 the worst, 1 the best.
  openQuantile(share) {
    const {exact} = this.run.others(this.at, this.epoch), order = exact.map((_, i) => i).sort((a, b) => exact[a] - exact[b]);
    this.set({seed: this.run.seeds[order[Math.round(share * (order.length - 1))]], by_hand: false});
  }
  // The next seed whose accuracy falls into the bar at this accuracy.
  openBar(accuracy) {
    const {exact} = this.run.others(this.at, this.epoch), bin = binOf(accuracy);
    const found = this.run.seeds.filter((_, i) => binOf(exact[i]) === bin), next = found.find((seed) => seed > this.values.seed) ?? found[0];
    if (next !== undefined) this.set({seed: next, by_hand: false});
  }

  // What a key does.
  press(key) {
    if (key === "n") return this.newDraw();
    if (key === " ") return this.player.toggle();
    this.player.stop();
    if (key === "ArrowLeft" || key === "ArrowRight") this.player.step(key === "ArrowRight" ? 1 : -1);
    else if (key === "Home" || key === "End") this.scrub(key === "End" ? this.last : 0);
  }

  // ---- wiring

  #wire() {
    $("run").replaceChildren(...this.runs.map((run, i) => new Option(run.label, i)));
    $("run-row").hidden = this.runs.length < 2;
    $("run").onchange = () => {
      const run = this.runs[$("run").value];
      this.player.stop();
      if (run.live) this.set({solver: run.constants.solver});
      else { this.choose(Number($("run").value)); this.set({epoch: null}); }
    };
    for (let corner = 0; corner < 4; corner++) $(`truth-${corner}`).onclick = () => this.flip(corner);
    $("cloud").onchange = () => this.set({cloud: $("cloud").checked});
    $("by_hand").onchange = () => this.set({by_hand: $("by_hand").checked});
    $("threshold").oninput = () => this.set({threshold: Number($("threshold").value)});
    $("learn").onclick = () => this.learn();
    $("learn").hidden = !this.runs.some((run) => run.live);
    onChoice("surface", (surface) => this.set({surface}));
    onChoice("training", (shown) => { this.training = shown; this.draw(); });
    onChoice("behind", (shown) => { $("seeds").hidden = shown !== "seeds"; $("errors").hidden = shown !== "errors"; });
    $("loss_over").onchange = () => this.set({loss_over: $("loss_over").value});
    for (const [id, share] of Object.entries({worst: 0, median: 0.5, best: 1})) $(id).onclick = () => this.openQuantile(share);
    fillMenu($("speed"), Object.fromEntries([1, 2, 5, 10, 20].map((pace) => [pace, `${pace} / s`])));
    $("speed").value = 5;
    for (const run of this.runs) run.changed = () => this.#later();
  }

  // Takes the figures, once they are there.
  take(figures) {
    this.figures = figures;
    $("first").remove();
    this.hand.wire(figures, () => this.values);
    figures.on("boundary", ["tap", "doubletap"], ({x, y}) => {
      const [x1, x2] = [x, y].map(Math.round);
      const isOnGrip = Array.from(figures.grips.x1).some((x1, i) => Math.hypot(x1 - x, figures.grips.x2[i] - y) < CORNER_REACH);
      if (!isOnGrip && [x1, x2].every((bit) => bit === 0 || bit === 1) && Math.hypot(x - x1, y - x2) < CORNER_REACH) this.flip(2 * x1 + x2);
    });
    figures.on("boundary", ["mousemove", "tap"], ({x, y}) => { $("probe").textContent = probe(this.drawn.model, x, y, this.values.threshold); });
    figures.on("boundary", ["mouseleave"], () => { $("probe").textContent = ""; });
    figures.on("seeds", ["tap"], ({x}) => this.openBar(x));
  }

  dress(palette) {
    this.palette = palette;
    this.drawn.rows = "";
  }

  // ---- drawing

  draw() {
    const {values, run, figures, drawn} = this;
    run.hand = values.by_hand ? Object.fromEntries(HAND.map((name) => [name, values[name]])) : null;
    run.start = Object.fromEntries(HAND.map((name) => [name, values[name]]));
    if (run.live) run.more = Object.fromEntries(this.data.more.map((name) => [name, values[name]]));
    const {at, epoch, last} = this, model = drawn.model = run.model(at, epoch), key = `${this.index} ${run.key(at)}`;
    const isNew = key !== drawn.rows;
    if (isNew) Object.assign(drawn, {rows: key, of: run.rows(at), losses: run.losses(at)});
    if (figures) {
      if (isNew) {
        figures.rows(drawn.of, run.truth(at), this.palette);
        figures.losses(...drawn.losses);
      }
      figures.model(model, drawn.of, values.threshold, values.surface === "label", values.by_hand, this.hand.held);
      figures.epoch(epoch);
    }
    this.#say(at, epoch, last, model);
    this.#sync(at);
    this.player.show();
    this.#later();
    this.changed();
  }

  #say(at, epoch, last, model) {
    const {values, run, drawn} = this, scores = run.scores(at, epoch), exact = run.exact(at, epoch), limits = run.limits(at);
    const of = {
      gate: run.value("gate", at), truth: run.truth(at), noiseLevel: run.value("noise_level", at), ...limits, exact, model,
      hasProduct: run.hasProduct(at), status: run.status(at), remedy: run.remedy, byHand: values.by_hand,
    };
    showTruth(of.truth);
    showAccuracies({...scores, exact}, limits);
    showWords(of, drawn.losses[0], scores, run.exactLoss(at, epoch), values.threshold);
    const wrong = showErrors(model, drawn.of, values.threshold);
    $("summary").textContent = summary({...of, rows: drawn.of.n, epoch, last, wrong, threshold: values.threshold, scores});
  }

  // Makes the controls say what the values say.
  #sync(at) {
    const {values, run} = this;
    for (const dim of run.dims) showValue(dim, at[dim.name]);
    const seedOfB = $("value-init_seed")?.parentElement;
    if (seedOfB) seedOfB.hidden = values.init !== "linear";
    $("cloud").checked = values.cloud;
    $("by_hand").checked = values.by_hand;
    $("threshold").value = values.threshold;
    $("threshold-text").textContent = String(values.threshold);
    choose("surface", values.surface);
    this.hand.show(values, run.hasProduct(at));
    for (const part of document.querySelectorAll("#lab [data-control]")) part.classList.toggle("hide", values.hide.includes(part.dataset.control));
    const names = run.parameterNames(at), pairs = this.data.pairs.filter((pair) => pair.split(",").every((name) => names.includes(name)));
    fillMenu($("loss_over"), Object.fromEntries(pairs.map((pair) => [pair, pair.split(",").map((name) => PARAMETERS[name]).join(", ")])));
    if (!pairs.includes(values.loss_over)) [values.loss_over] = pairs;
    $("loss_over").value = values.loss_over;
    const isValley = this.training === "valley";
    $("loss_over").hidden = $("valley").hidden = !isValley;
    $("loss").hidden = isValley;
    $("behind-card").hidden = run.seeds.length < 2;
  }

  // The model under the finger is painted first, the charts around it right after; only the newest counts.
  #later() {
    if (!this.figures) return;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.task);
    this.frame = requestAnimationFrame(() => { this.task = setTimeout(() => this.#charts()); });
  }

  #charts() {
    const {run, values, figures, at, epoch} = this, names = values.loss_over.split(",");
    const others = run.others(at, epoch);
    if (others.done) {
      figures.seeds(others.exact, run.exact(at, epoch));
      figures.cloud(values.cloud ? others.models : []);
    }
    if (this.training !== "valley") return;
    const key = `${this.drawn.rows} ${names}`, [x, y] = names.map((name) => this.drawn.model[name]);
    const isInside = this.drawn.valley === key && this.drawn.spans.every(([low, high], i) => low <= [x, y][i] && [x, y][i] <= high);
    if (!isInside) {
      const found = run.valley(at, epoch, names);
      figures.valley(found, names.map((name) => PARAMETERS[name]));
      Object.assign(this.drawn, {valley: key, spans: found.spans});
    }
    figures.here(x, y);
  }
}
