// The Explorer: every gate, noise level and seed of a comparison at once. `values` has the names of the app's links.

import {$, element, fillMenu} from "./controls.js";
import {Population} from "./crew.js";
import {jobOf, refusalOf, shortOf} from "./grids.js";
import {GridPanel} from "./grid_panel.js";
import {Player} from "./player.js";
import {everyOf, onScale, scaleOf, ticksOf} from "./scale.js";
import {axesOf, cellOf, drawn, placesOf, TEST_NOISE} from "./summary.js";
import {grouped} from "./grouped.js";

// Between groups of rows, in units of one row.
const GAP = 0.5;
// Milliseconds between two pictures of a grid that is still being trained.
const PAUSE = 100;
// Names that stand before others where no axis is wished for.
const FIRST = ["noise_level", "gate"];

export class Explorer {
  // `open` shows a model in the Lab; `changed` is called when the link to what is on show has changed.
  constructor(data, lab, crew, {open, changed}) {
    Object.assign(this, {data, lab, crew, open, changed, figures: null, cells: new Map(), job: "", chosen: {row: 0, column: 0}, isOn: false, painted: 0});
    this.values = this.usual("three_gates");
    this.player = new Player(this, {play: $("grid-play"), slider: $("grid-epoch"), output: $("grid-epoch-value")});
    this.#wire();
  }

  get isLive() { return this.data.live.length > 0; }
  usual(preset) { return {...this.data.explorer.usual, ...this.data.comparisons.find(({name}) => name === preset).settings, preset}; }
  get last() { return (this.grid?.steps ?? 1) - 1; }
  get unit() { return this.isLive ? this.data.live.find(({constants: {solver}}) => solver === this.values.solver).unit : this.lab.run.unit; }
  get epoch() { return Math.min(this.values.epoch, this.last); }

  // ---- the models

  get grid() {
    if (!this.isLive) return this.lab.run.grid(this.lab.at);
    if (this.refusal) return this.population;
    const job = jobOf(this.values, this.data.explorer), key = JSON.stringify(job);
    if (key !== this.job) {
      this.job = key;
      this.cells.clear();
      this.began = performance.now();
      const population = new Population(job, (done) => this.#came(done));
      this.population = Object.assign(population, {limitsOf: (gate, level) => this.lab.run.limitsOf(gate, level), seconds: 0});
      this.crew.ask(job, population.take);
    }
    return this.population;
  }
  #came(done) {
    if (done) this.population.seconds = (performance.now() - this.began) / 1000;
    if (this.isOn && (done || performance.now() - this.painted > PAUSE)) this.#later();
  }

  // ---- what can be done

  set(changes) {
    this.values = {...this.values, ...changes};
    this.draw();
  }
  restore(values) {
    this.player.stop();
    const known = this.data.comparisons.some(({name}) => name === values.preset) ? values.preset : "three_gates";
    this.chosen = {row: 0, column: 0};
    this.values = {...this.usual(known), ...values};
    this.draw();
  }
  // Whether anything but the model to open and the epoch is not as the comparison has it.
  get isChanged() {
    const usual = this.usual(this.values.preset);
    return Object.keys(usual).some((name) => !["run", "epoch"].includes(name) && String(usual[name]) !== String(this.values[name]));
  }
  scrub(epoch) { this.set({epoch}); }
  press(key) {
    if (key === " " && this.last) this.player.toggle();
    else if (key === "ArrowLeft" || key === "ArrowRight") this.player.step(key === "ArrowRight" ? 1 : -1);
    else if (key === "Home" || key === "End") this.scrub(key === "End" ? this.last : 0);
  }

  #wire() {
    const {measures, statistics, runs} = this.data.explorer, labels = Object.entries(measures).map(([name, {label}]) => [name, label]);
    const hasLosses = ([name]) => this.isLive || !/loss|separable|converged|diverged|transfer/.test(name);
    fillMenu($("measure"), Object.fromEntries(labels.filter(hasLosses)));
    fillMenu($("statistic"), statistics);
    fillMenu($("open-run"), Object.fromEntries(runs.map((run) => [run, `${run} run`])));
    fillMenu($("preset"), Object.fromEntries(this.data.comparisons.map(({name, title}, i) => [name, `${i + 1}  ${title}`])));
    for (const name of ["measure", "statistic"]) $(name).onchange = () => this.set({[name]: $(name).value});
    $("open-run").onchange = () => this.set({run: $("open-run").value});
    for (const axis of ["x", "y", "panel"]) $(`axis-${axis}`).onchange = () => this.set({[axis]: $(`axis-${axis}`).value});
    $("grid").hidden = $("preset").hidden = !this.isLive;
    $("explorer").classList.toggle("packed", !this.isLive);
    $("open").onclick = () => this.openModel();
    $("cancel").onclick = () => { this.crew.cancel("map"); this.cancelled = this.job; this.draw(); };
  }

  take(figures) {
    this.figures = figures;
    figures.on("heatmap", ["tap"], ({x, y}) => this.#tap(x, y));
    figures.on("heatmap", ["doubletap"], ({x, y}) => { if (this.#tap(x, y)) this.openModel(); });
  }
  #tap(x, y) {
    const {rows, columns} = this.picture, row = rows.findIndex(({up}) => up <= y && y < up + 1), column = Math.floor(x);
    if (row < 0 || column < 0 || column >= columns.values.length) return false;
    this.chosen = {row, column};
    this.draw();
    return true;
  }

  // Whether a control of the grid means anything beside the others.
  #uses(name) {
    const {solver, hidden_units: units, compare, also} = this.values, compared = [compare, also];
    if (compared.includes(name)) return false;
    const {dims} = this.data.live.find(({constants}) => constants.solver === solver), has = (one) => dims.some((dim) => dim.name === one);
    if (["C", "learning_rate", "epochs"].includes(name)) return has(name);
    if (name === "hidden_units") return has("activation");
    if (name === "activation") return has(name) && (units > 0 || compared.includes("hidden_units"));
    return compare !== "none" || !["compare_values", "also", "also_values"].includes(name);
  }

  #isNetwork({hidden_units: place}) { return (place === undefined ? this.values.hidden_units : this.picture.axes.hidden_units[place]) > 0; }

  // Shows the median, best or worst run of the chosen cell in the Lab.
  openModel() {
    const {grid} = this, {rows, axes} = this.picture, {index} = rows[this.chosen.row].cells[this.chosen.column];
    const {values} = cellOf(grid, axes, index, {...this.values, measure: "exact_accuracy"});
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]), share = {worst: 0, median: 0.5, best: 1}[this.values.run];
    const over = drawn(axes, index), settings = {}, place = placesOf(axes, over)[order[Math.round(share * (order.length - 1))]];
    for (const name of over) settings[name] = axes[name][place[name]];
    if (this.isLive) for (const name of this.data.settings) if (name in this.values) settings[name] = this.values[name];
    for (const [name, i] of Object.entries(index)) if (this.data.settings.includes(name)) settings[name] = axes[name][i];
    if (grid.steps > 1) settings.epoch = index.epoch ?? this.epoch;
    this.open(settings);
  }

  // What can be taken away.
  get pictured() { return {figure: "heatmap", title: $("heatmap-title").textContent, keys: [...$("heatmap-key").children]}; }

  // What a cell is of: "20 seeds", or with first weights drawn as well "40 nets".
  #numberOf(axes, index) {
    const over = drawn(axes, index), count = over.reduce((product, name) => product * axes[name].length, 1);
    return `${count} ${over.join() === "seed" ? "seeds" : this.#isNetwork(index) ? "nets" : "models"}`;
  }

  // ---- drawing

  draw() {
    if (!this.isOn) return;
    const {values} = this;
    if ($("measure").value !== values.measure) $("measure").value = values.measure;
    Object.assign($("statistic"), {value: values.statistic});
    Object.assign($("open-run"), {value: values.run});
    if (this.isLive) $("preset").value = values.preset;
    this.refusal = this.isLive ? refusalOf(jobOf(values, this.data.explorer), values, this.data.explorer, this.data.rules) : "";
    if (!this.refusal) void this.grid; // Is asked for: the models need no figure to be trained.
    // Made when it is first looked at: the Lab's first picture does not wait for it.
    this.panel ??= new GridPanel(this.isLive ? this.data.explorer.dims : [], (changes) => this.set({...changes, ...("compare" in changes && {compare_values: ""}), ...("also" in changes && {also_values: ""})}));
    if (this.isLive) this.panel.show(values, (name) => this.#uses(name));
    this.#later();
    this.changed();
  }

  // Parts come in faster than a picture can be looked at; the newest is drawn once the screen is free for it.
  #later() {
    if (!this.figures || this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => setTimeout(() => {
      Object.assign(this, {waits: false, painted: performance.now()});
      this.#paint();
    }));
  }

  // The rows of the picture, first on top, each with its cells; a cell whose models are not all there is empty.
  #rows(grid, axes) {
    const {values} = this, {x, y, panel} = this.#fitting(axes), isThere = this.#ready(grid, axes), rows = [];
    const look = `${values.measure} ${values.statistic} ${x} ${y} ${panel} ${values.at} ${this.epoch} ${this.isLive ? "" : this.lab.run.key(this.lab.at)}`;
    if (look !== this.look) [this.look] = [look, this.cells.clear()];
    const over = drawn(axes, {[x]: 0, [y]: 0, [panel]: 0}), base = this.#base(axes, over);
    (panel ? axes[panel] : [null]).forEach((panelValue, p) => axes[y].forEach((value, r) => {
      const cells = axes[x].map((_, c) => {
        const index = {...base, [y]: r, [x]: c, ...(panel && {[panel]: p})}, key = `${p} ${r} ${c}`;
        if (!this.cells.has(key)) {
          if (!isThere(index)) return {index, value: NaN, low: NaN, median: NaN, high: NaN, diverged: 0};
          const {values: _, ...cell} = cellOf(grid, axes, index, values);
          this.cells.set(key, {index, ...cell});
        }
        return this.cells.get(key);
      });
      rows.push({panel: panelValue, value, cells, label: r || panelValue === null ? String(value) : `${panelValue}  ${value}`});
    }));
    rows.forEach((row, i) => { row.up = rows.length - 1 - i - GAP * (panel ? axes[panel].indexOf(row.panel) : 0); });
    return {rows, x, y, panel};
  }
  // Where all cells stand along what is not drawn and not an axis of the picture: as `at` says (gate:XOR,C:1), or at the first.
  #base(axes, over) {
    const asked = Object.fromEntries(this.values.at.split(",").map((part) => part.split(":")));
    const placeOf = (name) => (name === "epoch" ? this.epoch : Math.max(0, axes[name].findIndex((value) => String(value) === asked[name])));
    return Object.fromEntries(Object.keys(axes).filter((name) => !over.includes(name)).map((name) => [name, placeOf(name)]));
  }
  #ready(grid, axes) {
    if (grid.done) return () => true;
    const names = Object.keys(grid.axes);
    return (index) => names.reduce((sum, name) => sum * axes[name].length + (index[name] ?? axes[name].length - 1), 0) < grid.ready;
  }
  // The wished axes where the grid has them, else the nearest ones it has.
  #fitting(axes) {
    const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length), known = Object.keys(axes).sort((a, b) => rank(a) - rank(b)), {x, y, panel} = this.values;
    const across = known.includes(x) ? x : known[0], down = known.includes(y) && y !== across ? y : known.find((name) => name !== across);
    return {x: across, y: down, panel: known.includes(panel) && ![across, down].includes(panel) ? panel : ""};
  }

  #paint() {
    if (this.refusal) {
      $("about").textContent = `${this.refusal[0].toUpperCase()}${this.refusal.slice(1)} The last picture stays.`;
      return;
    }
    if (!["heatmap", "curves"].every((name) => this.figures.has(name, () => this.#later()))) return;
    const {values, figures, grid} = this, axes = axesOf(grid, values.measure), {rows, x, y, panel} = this.#rows(grid, axes);
    const {label, kind, doc} = this.data.explorer.measures[values.measure], {statistics} = this.data.explorer, names = {...this.data.explorer.names, epoch: this.unit}, isShare = kind === "share";
    this.#progress(grid);
    this.#offerAxes(axes, {x, y, panel}, rows[0].cells[0].index, names);
    $("grid-player").hidden = !this.last || x === "epoch";
    this.player.show();
    this.picture = {rows, columns: {name: x, values: axes[x]}, axes};
    $("open").disabled = false;
    const every = everyOf(axes[x].length, 11), at = axes[x].map((_, i) => i).filter((i) => i % every === 0);
    const across = {label: names[x] ?? x, at: at.map((i) => i + 0.5), texts: at.map((i) => String(axes[x][i])), measure: label};
    const known = rows.flatMap(({cells}) => cells.map(({value}) => value)), scale = scaleOf(values.statistic === "spread" && !isShare ? "positive" : kind, known);
    const shown = rows.map((row) => ({...row, cells: row.cells.map((cell) => ({...cell, value: onScale(scale, cell.value)}))}));
    figures.heatmap(shown, axes[x].map((_, i) => i).concat(axes[x].length), across, scale, ticksOf(scale), this.lab.palette);
    const row = rows[Math.min(this.chosen.row, rows.length - 1)], column = Math.min(this.chosen.column, axes[x].length - 1), cell = row.cells[column];
    figures.picked(column, column + 1, row.up);
    const marked = this.#marked(rows, axes);
    figures.marked(marked);
    $("key-marked").hidden = !marked.length;
    $("key-diverged").hidden = !rows.some(({cells}) => cells.some(({diverged}) => diverged >= 0.5));
    const of = isShare || !drawn(axes, cell.index).length ? "" : `, ${statistics[values.statistic]} of ${this.#numberOf(axes, cell.index)}`;
    $("heatmap-title").textContent = `${label[0].toUpperCase()}${label.slice(1)}${of}`;
    $("heatmap-title").title = doc;
    const where = [row.panel, `${names[y] ?? y} ${row.value}`, `${names[x] ?? x} ${axes[x][column]}`].filter(Boolean).join(", ");
    $("cell").textContent = `${where}: ${Number.isFinite(cell.value) ? cell.value.toFixed(3) : "not there yet"}`;
    this.#curves(rows, row, {x, column, across, kind, names, y}, axes, grid);
  }

  // The cells with the model that `mark` tells of.
  #marked(rows, axes) {
    const wanted = this.values.mark.split(",").filter(Boolean).map((part) => part.split(":"));
    const holds = (index) => wanted.every(([name, text]) => {
      const is = (value) => String(value) === text || value === Number(text);
      return name in axes && (name in index ? is(axes[name][index[name]]) : axes[name].some(is));
    });
    if (!wanted.length) return [];
    return rows.flatMap(({cells, up}) => cells.flatMap(({index}, i) => (holds(index) ? [{left: i, right: i + 1, bottom: up, top: up + 1}] : [])));
  }

  // Menus of the axes, and of what else was swept: which of its values is on show.
  #offerAxes(axes, shown, index, names) {
    const called = Object.fromEntries(Object.keys(axes).map((name) => [name, shortOf(names[name] ?? name)])), others = Object.values(shown);
    for (const [axis, name] of Object.entries(shown)) {
      fillMenu($(`axis-${axis}`), axis === "panel" ? {"": "none", ...called} : called);
      $(`axis-${axis}`).value = name;
    }
    const rest = Object.keys(index).filter((name) => !others.includes(name) && name !== "epoch" && axes[name].length > 1);
    if (rest.join() !== this.rest) {
      this.rest = rest.join();
      $("rest").replaceChildren(...rest.map((name) => element("label", {}, `${called[name]} `, element("select", {id: `rest-${name}`, onchange: () => this.#pickRest(rest)}))));
    }
    for (const name of rest) {
      fillMenu($(`rest-${name}`), Object.fromEntries(axes[name].map((value) => [value, value])));
      $(`rest-${name}`).value = axes[name][index[name]];
    }
  }
  #pickRest(names) { this.set({at: names.map((name) => `${name}:${$(`rest-${name}`).value}`).join()}); }

  // The chosen row with its band, the others of its panel faintly, and the limits where the measure has them.
  #curves(rows, row, {x, column, across, kind, names, y}, axes, grid) {
    const others = rows.filter((other) => other !== row && other.panel === row.panel);
    const levels = x === "noise_level" || x === TEST_NOISE ? axes[x] : null, gate = axes.gate[row.cells[0].index.gate];
    const limits = kind === "accuracy" && levels ? levels.map((level) => grid.limitsOf(gate, level)) : null, what = this.#numberOf(axes, row.cells[0].index).split(" ")[1];
    const isShare = kind === "share", {statistic} = this.values, middleOf = ({value, median}) => (statistic === "spread" && !isShare ? median : value);
    const numbers = [...row.cells.flatMap((cell) => [cell.low, cell.high, middleOf(cell)]), ...others.flatMap(({cells}) => cells.map(middleOf)),
      ...(limits ?? []).flatMap(({bayes, best}) => [bayes, best])];
    const scale = scaleOf(kind === "gap" ? "plain" : kind, numbers), to = (value) => onScale(scale, value);
    this.figures.curves({
      x: axes[x].map((_, i) => i + 0.5), mark: column + 0.5, others: others.map(({cells}) => cells.map((cell) => to(middleOf(cell)))), limits,
      chosen: row.cells.map((cell) => ({low: isShare ? NaN : to(cell.low), high: isShare ? NaN : to(cell.high), middle: to(middleOf(cell))})),
    }, across, scale, ticksOf(scale));
    $("curves-title").textContent = [row.panel, `${names[y] ?? y} ${row.value}`].filter(Boolean).join(", ");
    const isSingle = !drawn(axes, row.cells[0].index).length, entries = [["middle", isSingle ? $("curves-title").textContent : isShare ? `share of ${what}` : `${this.data.explorer.statistics[statistic === "spread" ? "median" : statistic]}, and 10 to 90% of ${what}`], ["others", others.slice(0, 8).map(({value}) => value).join(", ")],
      ...(limits ? [["best", "best line"], ["bayes", "Bayes limit"]] : [])];
    $("curves-key").replaceChildren(...entries.filter(([, text]) => text).map(([mark, text]) => {
      const entry = document.createElement("span"), stroke = Object.assign(document.createElement("i"), {className: `stroke ${mark}`});
      entry.append(stroke, text);
      return entry;
    }));
  }

  #progress({done, ready, total, seconds}) {
    const isCancelled = !done && this.cancelled === this.job && this.isLive;
    $("cancel").hidden = done || isCancelled;
    $("about").textContent = isCancelled ? "Cancelled; the last picture stays."
      : !done ? `${grouped(ready)} of ${grouped(total)} models`
        : seconds ? `${grouped(total)} models trained in ${Math.max(seconds, 0.01).toFixed(2)} s` : `${grouped(total)} models of a finished sweep`;
  }
}
