// The Lab: one model on one noisy gate. `values` holds the settings and the view under the names of the app's links.

import {Board} from "./board.js";
import {$, choose, control, fillMenu, fillNumber, forgive, onChoice, refuse, showValue, takeWhole} from "./controls.js";
import {GATES} from "./engine/lecture.js";
import {Hand} from "./hand.js";
import {LiveRun} from "./live.js";
import {Drawing, isLinkable, NO_ROWS, ownData, ownOf} from "./own.js";
import {Player} from "./player.js";
import {modelOf, numbersOf} from "./models.js";
import {neuronColumns} from "./neuron.js";
import {plainScript} from "./plain.js";
import {pairOf} from "./hidden.js";
import {binOf} from "./plots.js";
import {rowsCsv} from "./rows_csv.js";
import {admit} from "./runs.js";
import {sCurveColumns, sCurveSpan} from "./s_curve.js";
import {showAccuracies, showErrors, showTruth, showWords} from "./show.js";
import {TablePanel} from "./table_panel.js";
import {Turns} from "./turns.js";
import {UNIT} from "./window.js";
import {atTheirMeans, equation, heading, ownHeading, ownKeys, ownSummary, parameterName, percent, probe, summary, unitName, unlinked} from "./words.js";

const ON_TOP = ["gate", "noise_level", "num_samples", "seed", "hidden_units", "activation", "features"];
const HAND = ["w1", "w2", "w3", "intercept", "network"];
// What the others are called, by what they differ in.
const OTHERS = {seed: "seeds", init_seed: "starts", refit: "refits"};
// How near to a corner a tap is meant for it.
const CORNER_REACH = 0.2;
// Milliseconds that a model rests before the others are trained.
const SETTLING = 120;
// What decides how own rows are trained on.
const OF_OWN_DATA = ["standardize", "split", "train_seed"];
// What decides how long training takes.
const COSTS = ["num_samples", "epochs", "batch_size", "hidden_units", "max_iter", "solver"];
// What may differ from a lesson without its being changed: epochs are played, own rows stay, pairs follow the model.
const AT_WILL = ["epoch", "own", "loss_over"];

export class Lab {
  // `changed` is called when what is on show has changed, `last` tells whether it will rest.
  constructor(data, runs, changed) {
    Object.assign(this, {data, runs, changed, index: 0, figures: null, palette: null, values: this.usual(data, 0), drawn: {}});
    this.player = new Player(this, {
      play: $("play"), slider: $("epoch"), output: $("epoch-value"), back: $("back"), step: $("step"), speed: $("speed"),
    });
    this.drawing = new Drawing((own) => this.set({own, source: "own"}));
    this.table = new TablePanel(data.rules.own.tables, (own) => this.drawing.open(own));
    this.board = new Board(this, this.drawing, data.drawing_keys);
    this.shownBehind = "seeds";
    this.hand = new Hand(data.ranges, (weights) => this.set(weights), () => this.window);
    this.turns = new Turns({loss: () => this.#drawLosses(), valley: () => this.#drawValley(), seeds: () => this.#drawSeeds(), boundary: () => this.#drawCloud()});
    this.#wire();
  }

  get run() { return this.runs[this.index]; }
  get isOwn() { return Boolean(this.run.live) && this.values.source === "own"; }
  // Own rows as the model is trained on them; the same ones while nothing about them changes.
  get ownRows() {
    const {own, window} = this.drawing, of = [own, window, ...OF_OWN_DATA.map((name) => this.values[name])];
    if (!this.ownKept || of.some((part, i) => part !== this.ownKept.of[i])) {
      const [standardize, split, seed] = of.slice(2), data = ownData(own, window, {standardize, split, train_seed: seed});
      this.ownKept = {of, rows: {...data, key: (this.ownKept?.rows.key ?? 0) + 1}};
    }
    return this.ownKept.rows;
  }
  // The part of the plane on show, in units of the rows that are trained on.
  get window() { return this.isOwn ? this.ownRows.window : UNIT; }
  get isPlaying() { return Boolean(this.player.timer); }
  get last() { return this.run.last(this.at); }
  get unit() { return this.run.unit; }
  get epoch() { return Math.min(this.values.epoch ?? Infinity, this.last); }

  // The place of the chosen values on the run's grid: the nearest where a packed run lacks a value.
  get at() {
    const at = {};
    for (const dim of this.run.dims) {
      const {name, values} = dim, wanted = this.values[name];
      if (this.run.live) admit(dim, wanted);
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
    return {...data.usual, own: NO_ROWS, ...(chosen && {...chosen.settings, lesson, hide: chosen.hide})};
  }

  // ---- what can be done

  // Takes new values. Another model is shown as trained; what cannot be trained while one waits is refused.
  set(changes) {
    const next = {...this.values, ...changes}, {settings, network, usual} = this.data;
    if (next.hidden_units && ["newton", "scikit-learn"].includes(next.solver)) {
      // These need a convex loss: a network brings what trains it, and who asks for one of them has one neuron again.
      const own = Object.keys(network).filter((name) => name !== "solver" && next[name] !== usual[name]);
      if ("hidden_units" in changes) for (const name of Object.keys(network)) next[name] = own.includes(name) ? next[name] : network[name];
      else next.hidden_units = 0;
    }
    if (next.hidden_units && next.init === "population") next.init = "auto";
    forgive();
    if (this.run.live && !LiveRun.affords({...next, ...(next.source === "own" && {num_samples: next.own.points.length})})) {
      const asked = COSTS.filter((name) => name in changes && changes[name] !== this.values[name]);
      this.draw();
      // A link may ask for what no control on the screen shows.
      const controls = asked.map((name) => document.querySelector(`#lab [data-control=${name}]`));
      return refuse(controls.find((control) => control?.checkVisibility()), "That would take too long while you wait: take fewer rows or epochs.");
    }
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
    // Own rows stay, for whoever comes back to them.
    if (lesson) this.restore({...this.usual(this.data, lesson), own: this.values.own});
    else this.set({lesson: 0, hide: []});
    const {settings = {}} = this.data.lessons[lesson - 1] ?? {};
    $("training-fold").open = this.data.training.some((name) => settings[name]);
    $("hand-fold").open = this.values.by_hand;
  }
  // Whether a lesson is open and not as it was when it was opened.
  get isChanged() {
    const usual = this.usual(this.data, this.values.lesson);
    return this.values.lesson > 0 && Object.keys(usual).some((name) => !AT_WILL.includes(name) && String(usual[name]) !== String(this.values[name]));
  }
  restore(values) {
    this.player.stop();
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
    const has = ({settings}) => this.runs.some((run) => run.live || this.#has(run, settings));
    return this.data.lessons.map((lesson, i) => ({...lesson, number: i + 1})).filter(has);
  }

  // Keeps the model on show to compare the next ones with; or lets go of the one that is kept.
  #togglePin() {
    const {units, activation, params} = this.drawn.model, {usual} = this.data;
    if (this.values.pin.length || !params.every(Number.isFinite)) return this.set({pin: [], pin_units: usual.pin_units, pin_activation: usual.pin_activation});
    // A link carries them: the digits that a picture shows.
    this.set({pin: Array.from(params, (value) => Number(value.toPrecision(6))), pin_units: units.length, pin_activation: activation});
  }

  // What can be taken away: the rows as a file, a script that makes the model, the picture with its heading and its keys.
  get csv() { return rowsCsv(this.drawn.model, this.drawn.of, this.#given); }
  get script() { return plainScript(this.data.plain, this.run, this.at, this.epoch); }
  get pictured() {
    const {run, at, drawn: {model, of}} = this, title = this.isOwn ? ownHeading(model, of.n) : heading(model, run.value("gate", at), run.value("noise_level", at));
    return {figure: this.picture, title, keys: [...document.querySelectorAll("#stage .key > span")]};
  }

  // The rows on show in the units that they were given in.
  get #given() {
    const {points} = this.values.own, column = (axis) => points.map((point) => point[axis]);
    return this.isOwn ? {x1: column(0), x2: column(1)} : this.drawn.of;
  }

  // Makes the gate's rows own ones, to edit.
  #takeGateRows() {
    this.run.own = null;
    const {n, x1, x2, label} = this.run.rows(this.at), digits = (x) => Math.round(1000 * x) / 1000;
    this.drawing.open(ownOf(Array.from({length: n}, (_, i) => [digits(x1[i]), digits(x2[i]), label[i]])));
  }

  // The numbers on show, as those set by hand.
  #inHand() {
    const {run, at} = this, params = [...run.trained(at, this.epoch)];
    if (run.kind(at).hidden_units) return {network: params};
    return Object.fromEntries(run.parameterNames(at).map((name, i) => [name, params[i]]));
  }

  // The line set by hand is where training starts now, and it plays.
  learn() {
    this.set({init: "hand", by_hand: false});
    this.scrub(0);
    this.player.start();
  }

  // The seed at this quantile of the exact accuracies: 0 the worst, 1 the best.
  openQuantile(share) {
    const {exact, over} = this.#others, order = exact.map((_, i) => i).sort((a, b) => exact[a] - exact[b]);
    this.set({[over]: this.run.seeds[order[Math.round(share * (order.length - 1))]], by_hand: false});
  }
  // The next seed whose accuracy falls into the bar at this accuracy.
  openBar(accuracy) {
    if (!this.#others) return;
    const {exact, over} = this.#others, bin = binOf(accuracy), found = this.run.seeds.filter((_, i) => binOf(exact[i]) === bin), next = found.find((seed) => seed > this.values[over]) ?? found[0];
    if (next !== undefined) this.set({[over]: next, by_hand: false});
  }

  // What a key does.
  press(key) {
    if (key === "n" && !this.isOwn) return this.newDraw();
    if (key === "z" || key === "y") return this.isOwn && (key === "z" ? this.drawing.undo() : this.drawing.redo());
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
    for (const name of ["picture", "corner", "others"]) onChoice(name, (value) => this.set({[name]: value}));
    for (const name of ["unit_x", "unit_y"]) $(name).onchange = () => this.set({[name]: Number($(name).value)});
    $("limits").onchange = () => this.set({limits: $("limits").checked});
    $("pin").onclick = () => this.#togglePin();
    $("cloud").onchange = () => this.set({cloud: $("cloud").checked});
    $("by_hand").onchange = () => this.set({by_hand: $("by_hand").checked, ...($("by_hand").checked && this.#inHand())});
    for (const input of document.querySelectorAll(".threshold")) input.oninput = () => this.set({threshold: Number(input.value)});
    $("learn").onclick = () => this.learn();
    $("learn").hidden = !this.runs.some((run) => run.live);
    onChoice("surface", (surface) => this.set({surface}));
    onChoice("training", (shown) => { this.training = shown; this.draw(); });
    onChoice("behind", (shown) => { this.shownBehind = shown; this.draw(); });
    onChoice("source", (source) => this.set({source}));
    $("standardize").onchange = () => this.set({standardize: $("standardize").checked});
    $("from-gate").onclick = () => this.#takeGateRows();
    takeWhole($("row"), "Row", () => [1, Math.max(1, this.values.own.points.length)], (row) => this.set({row}));
    $("loss_over").onchange = () => this.set({loss_over: $("loss_over").value});
    for (const [id, share] of Object.entries({worst: 0, median: 0.5, best: 1})) $(id).onclick = () => this.openQuantile(share);
    fillMenu($("speed"), Object.fromEntries([1, 2, 5, 10, 20].map((pace) => [pace, `${pace} / s`])));
    $("speed").value = 5;
    // What own rows say of models is told in words too.
    for (const run of this.runs) run.changed = () => (this.isOwn ? this.draw() : this.#drawOthers());
  }

  // Takes the figures, once they are there.
  take(figures) {
    this.figures = figures;
    $("first").remove();
    this.hand.wire(figures, () => this.values);
    this.board.take(figures);
    figures.on("boundary", ["tap", "doubletap"], ({x, y}) => {
      const [x1, x2] = [x, y].map(Math.round);
      const isOnGrip = this.hand.near(figures, {x, y}, CORNER_REACH) >= 0;
      if (this.isOwn) { if (!isOnGrip) this.board.tap([x, y]); return; }
      if (!isOnGrip && [x1, x2].every((bit) => bit === 0 || bit === 1) && Math.hypot(x - x1, y - x2) < CORNER_REACH) this.flip(2 * x1 + x2);
    });
    figures.on("boundary", ["mousemove", "tap"], ({x, y}) => { $("probe").textContent = probe(this.drawn.model, x, y, this.values.threshold); });
    figures.on("boundary", ["mouseleave"], () => { $("probe").textContent = ""; });
    figures.on("seeds", ["tap"], ({x}) => this.openBar(x));
  }

  dress(palette) {
    this.palette = palette;
    this.drawn.onPlane = "";
  }

  // ---- drawing

  draw() {
    const {values, run, figures, drawn} = this;
    run.byHand = values.by_hand;
    run.start = Object.fromEntries(HAND.map((name) => [name, values[name]]));
    run.differ = values.others;
    this.drawing.take(values.own);
    run.own = this.isOwn ? this.ownRows : null;
    if (run.live) run.more = Object.fromEntries(this.data.more.map((name) => [name, values[name]]));
    const {at, epoch, last} = this, model = drawn.model = run.model(at, epoch), key = `${this.index} ${run.key(at)}`;
    if (key !== drawn.rows) Object.assign(drawn, {rows: key, of: run.rows(at), losses: run.losses(at)});
    if (figures) this.#paint(at, model);
    this.#say(at, epoch, last, model);
    this.#sync(at);
    this.player.show();
    this.#await(at);
    if (figures) this.turns.draw();
    this.changed();
  }

  // One neuron has no hidden space.
  get picture() { return this.values.picture === "hidden" && !this.run.kind(this.at).hidden_units ? "boundary" : this.values.picture; }

  // The large picture.
  #paint(at, model) {
    const {values, run, figures, drawn, palette, picture} = this, {threshold, corner} = values, {of: rows} = drawn;
    if (!figures.has(picture, () => this.draw())) return;
    if (picture === "boundary") {
      if (drawn.onPlane !== drawn.rows) figures.rows(rows, run.truth(at), palette, this.window, run.own?.names);
      drawn.onPlane = drawn.rows;
      figures.model(model, rows, values, this.hand.held, palette, this.window);
      figures.limits(values.limits && this.#limits(at), this.window);
      figures.pinned(this.#pinned, this.window);
    } else if (picture === "neuron") {
      const [x1, x2] = [...corner].map(Number), row = Math.min(values.row, rows.n) - 1;
      if (!this.isOwn) figures.fill("neuron", neuronColumns(model, [x1, x2], run.truth(at)[2 * x1 + x2], threshold, palette));
      else if (rows.n) figures.fill("neuron", neuronColumns(model, [rows.x1[row], rows.x2[row]], rows.label[row], threshold, palette, "row"));
    } else if (picture === "s_curve") {
      const columns = sCurveColumns(model, rows, threshold, palette);
      figures.fill("s_curve", columns);
      figures.span("s_curve", sCurveSpan(columns));
    } else {
      figures.hidden(model, this.#pair(at), rows, threshold, palette, this.isOwn);
    }
  }
  // The gate and noise level whose best line and boundary are drawn; of own rows the best line, once it is known.
  #limits(at) {
    if (!this.isOwn) return {truth: this.run.truth(at), noiseLevel: this.run.value("noise_level", at)};
    const line = this.run.surveyed(at)?.best.params;
    return line && {line};
  }
  // The model to compare with; null where a link has no whole one.
  get #pinned() {
    const {pin, pin_units: units, pin_activation: activation} = this.values, kinds = ["linear", "interaction"];
    const features = kinds.find((kind) => numbersOf(units, kind === "interaction").length === pin.length);
    return features ? modelOf(Float64Array.from(pin), {hidden_units: units, activation, features}) : null;
  }
  // The hidden neurons that the hidden space spans: what matters most at the end of the training, so that the axes stay
  // while the epochs play.
  #pair(at) { return pairOf(this.run.model(at, this.last), this.drawn.of, [this.values.unit_x, this.values.unit_y]); }

  #say(at, epoch, last, model) {
    const {values, run, drawn} = this, scores = run.scores(at, epoch), exact = run.exact(at, epoch), limits = run.limits(at);
    const of = {
      gate: run.value("gate", at), truth: run.truth(at), noiseLevel: run.value("noise_level", at), ...limits, exact, model,
      status: run.status(at), remedy: run.remedy, byHand: values.by_hand, unit: this.unit,
    };
    const {isOwn} = this, wrong = showErrors(model, drawn.of, values.threshold, isOwn);
    if (isOwn) Object.assign(of, {rows: drawn.of, wrong, threshold: values.threshold, scores, known: run.surveyed(at), classes: run.own.classes});
    else showTruth(of.truth);
    showAccuracies({...scores, exact}, limits, isOwn);
    showWords(of, drawn.losses[0], scores, run.exactLoss(at, epoch), values.threshold, isOwn);
    $("summary").textContent = isOwn ? ownSummary(of) : summary({...of, rows: drawn.of.n, unit: this.unit, epoch, last, wrong, threshold: values.threshold, scores});
  }

  // Makes the controls say what the values say.
  #sync(at) {
    const {values, run} = this;
    for (const dim of run.dims) showValue(dim, at[dim.name]);
    const {hidden_units: units} = run.kind(at), {picture, isOwn} = this, hideControl = (name, isHidden) => {
      for (const part of document.querySelectorAll(`#lab form [data-control=${name}]`)) part.hidden = isHidden;
    };
    this.#syncOwn(isOwn);
    for (const name of ["gate", "truth", "noise_level", "num_samples", "seed"]) hideControl(name, isOwn);
    $("slot-seed").hidden = isOwn;
    hideControl("init_seed", values.init !== "linear" && !(units && values.init === "auto"));
    hideControl("activation", !units);
    choose("picture", picture);
    choose("corner", values.corner);
    choose("others", values.others);
    $("picture-hidden").hidden = !units;
    const behind = this.shownBehind;
    choose("behind", behind);
    $("seeds").hidden = behind !== "seeds";
    $("errors").hidden = behind !== "errors";
    $("differ").hidden = !units || isOwn || behind !== "seeds";
    $("cloud-name").textContent = $("others-name").textContent = `${run.seeds.length} ${OTHERS[run.live ? run.over(at) : "seed"]}`;
    for (const name of ["boundary", "neuron", "s_curve", "hidden"]) $(name).hidden = name !== picture;
    for (const part of document.querySelectorAll("#stage [data-on]")) part.classList.toggle("hide", !part.dataset.on.split(" ").includes(picture));
    if (picture === "hidden") {
      const names = Object.fromEntries(Array.from({length: units}, (_, j) => [j + 1, unitName(j)])), pair = this.#pair(at);
      ["unit_x", "unit_y"].forEach((name, axis) => {
        fillMenu($(name), names);
        $(name).value = pair[axis] + 1;
        $(name).hidden = pair[axis] === null;
      });
    }
    $("limits").checked = values.limits;
    const [zero, one, best] = ownKeys(isOwn ? run.own.classes : [], isOwn ? run.surveyed(at) : undefined);
    $("key-limits").hidden = !values.limits || best === null;
    $("key-bayes").hidden = !values.limits || isOwn;
    $("key-best").textContent = best;
    [zero, one].forEach((text, label) => { $(`key-${label}`).textContent = text; });
    $("key-units").hidden = $("key-into").hidden = !units;
    $("key-rest").textContent = atTheirMeans(units - 2);
    const pinned = this.#pinned;
    $("key-pinned").hidden = !pinned;
    $("pin").textContent = pinned ? "Unpin" : "Pin";
    $("pinned").textContent = pinned ? `pinned: ${equation(pinned)}${isOwn ? "" : `, exact ${percent(run.exactOf(pinned.params, at, pinned.kind))}`}` : "";
    $("cloud").checked = values.cloud;
    $("by_hand").checked = values.by_hand;
    for (const input of document.querySelectorAll(".threshold")) input.value = values.threshold;
    for (const output of document.querySelectorAll(".threshold-text")) output.textContent = String(values.threshold);
    choose("surface", values.surface);
    this.hand.show({...values, network: units ? [...run.handed(at)] : []}, run.parameterNames(at), units > 0);
    for (const part of document.querySelectorAll("#lab [data-control]")) part.classList.toggle("hide", values.hide.includes(part.dataset.control));
    const names = run.parameterNames(at), pairs = this.data.pairs.filter((pair) => pair.split(",").every((name) => names.includes(name)));
    fillMenu($("loss_over"), Object.fromEntries(pairs.map((pair) => [pair, pair.split(",").map(parameterName).join(", ")])));
    if (!pairs.includes(values.loss_over)) [values.loss_over] = pairs;
    $("loss_over").value = values.loss_over;
    const isValley = this.training === "valley";
    $("loss_over").hidden = $("valley").hidden = !isValley;
    $("loss").hidden = $("key-loss").hidden = isValley;
    $("behind-card").hidden = run.seeds.length < 2;
    this.#offerOthers();
  }

  #syncOwn(isOwn) {
    const {own, row} = this.values;
    $("source").hidden = !this.run.live || this.values.hide.includes("gate");
    $("own").hidden = !isOwn;
    $("copy-plain").hidden = $("slices").hidden = isOwn || !this.run.live;
    for (const part of document.querySelectorAll("[data-of]")) part.hidden = (part.dataset.of === "own") !== isOwn;
    choose("source", this.values.source);
    this.board.show(this.picture);
    $("standardize").checked = this.values.standardize;
    fillNumber($("row"), Math.min(row, Math.max(1, own.points.length)));
    $("unlinked").textContent = isLinkable(own) ? "" : unlinked(own.points.length);
  }

  // ---- the others, and the charts

  // The 200 models beside the one on show; null until they are trained.
  get #others() { return this.run.others(this.at, this.epoch); }

  // Has the others trained when the model has rested a while: its own answer does not wait behind theirs.
  #await(at) {
    const wanted = `${this.index} ${this.run.othersKey(at)}`;
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    clearTimeout(this.rest);
    for (const run of this.runs) run.release();
    this.rest = setTimeout(() => this.run.ask(this.at), SETTLING);
  }
  // The worst of them is known when all of them are.
  #offerOthers() {
    const isKnown = Boolean(this.#others), title = isKnown ? "" : `When the ${$("others-name").textContent} are trained`;
    for (const id of ["worst", "median", "best"]) Object.assign($(id), {disabled: !isKnown, title});
  }
  #drawOthers() {
    this.#offerOthers();
    this.turns.draw(["seeds", "boundary"]);
  }

  // Each says whether all of it is drawn.
  #drawLosses() {
    const {figures, drawn} = this;
    if (!figures.has("loss", () => this.turns.draw(["loss"]))) return false;
    figures.losses(...drawn.losses, this.unit);
    figures.epoch(this.epoch);
    return true;
  }
  #drawSeeds() {
    const {figures, run, at, epoch} = this, others = this.#others;
    if (!others || !figures.has("seeds", () => this.turns.draw(["seeds"]))) return false;
    figures.chance(this.isOwn ? run.scores(at, epoch).test : run.exact(at, epoch));
    figures.seeds(others.exact, others.over);
    return true;
  }
  #drawCloud() {
    const {values: {cloud}, figures} = this, others = cloud ? this.#others : {models: []};
    if (others) figures.cloud(others.models, this.window);
    return Boolean(others);
  }
  #drawValley() {
    const {run, values, figures, at, epoch, drawn} = this, names = values.loss_over.split(",");
    if (!figures.has("valley", () => this.turns.draw(["valley"]))) return false;
    const key = `${drawn.rows} ${names}`, all = run.parameterNames(at), [x, y] = names.map((name) => drawn.model.params[all.indexOf(name)]);
    const isInside = drawn.valley === key && drawn.spans.every(([low, high], i) => low <= [x, y][i] && [x, y][i] <= high);
    if (!isInside) {
      const found = run.valley(at, epoch, names);
      figures.valley(found, names.map(parameterName));
      Object.assign(drawn, {valley: key, spans: found.spans});
    }
    figures.here(x, y);
    return true;
  }
}
