// The drawn pictures. Their figures come from Python, rendered once; here their layers get data, ranges and colours.

import {level, surface} from "./geometry.js";
import {modelOf} from "./models.js";
import {hiddenColumns, hiddenLabels, hiddenSpan} from "./hidden.js";
import {cornerColumns, countSpan, hereColumns, limitColumns, lineColumns, lossColumns, lossLimits, lossSpan, lossSurfaceColumns, markColumns, modelColumns,
  pinnedColumns, populationColumns, rowColumns} from "./plots.js";
import {UNIT} from "./window.js";

// What the small histogram measures, and of what it counts how many.
const COUNTED = {seed: ["exact accuracy", "seeds"], init_seed: ["exact accuracy", "starts"], refit: ["accuracy on rows left out", "refits"]};
export class Figures {
  constructor(items, looks) {
    Object.assign(this, {items, looks, plots: {}, layers: {}, models: new Map(), coming: {}, listeners: []});
  }

  // Draws an empty figure into the element of its name.
  async embed(name) {
    const {roots: [view]} = await Bokeh.embed.embed_item(this.items[name], name), plot = view.model, models = [...plot.references()];
    for (const model of models) this.models.set(model.id, model);
    this.layers[name] = Object.fromEntries(plot.renderers.map((layer) => [layer.name, layer]));
    this.#wear(models);
    for (const [of, event, act] of this.listeners) if (of === name) plot.on_event(event, act);
    this.plots[name] = plot;
  }

  // Whether a figure is there. If not yet, it is made, and `then` is called: who looks at none waits for none.
  has(name, then) {
    if (this.plots[name]) return true;
    this.coming[name] ??= this.embed(name).then(then);
    return false;
  }

  // Room for the axes of the boundary, in pixels; it is laid out anew for each of these that changes, so they come before it.
  margin({left, bottom, right, top}) {
    const {doc: {roots: [{attributes}]}} = this.items.boundary;
    Object.assign(attributes, {min_border_left: left, min_border_bottom: bottom, min_border_right: right, min_border_top: top});
  }

  on(name, events, act) {
    for (const event of events) {
      this.listeners.push([name, event, act]);
      this.plots[name]?.on_event(event, act);
    }
  }

  fill(name, columns) {
    for (const [label, data] of Object.entries(columns)) this.layers[name][label].data_source.data = data;
  }

  span(name, {x, y}) {
    if (x) this.plots[name].x_range.setv({start: x[0], end: x[1]});
    if (y) this.plots[name].y_range.setv({start: y[0], end: y[1]});
  }

  // Colours for light or dark, of each figure that is there and of each that is still to come.
  wear(mode) {
    this.mode = mode;
    this.#wear(this.models.values());
  }
  #wear(models) {
    for (const model of models) {
      const chosen = Object.entries(this.looks[model.id] ?? {}).map(([property, both]) => [property, both[this.mode === "dark" ? 1 : 0]]);
      if (chosen.length) model.setv(Object.fromEntries(chosen));
    }
  }

  // ---- the boundary

  // Rows, seen through the window that holds them; `names` are those of their columns.
  rows(rows, truth, palette, window = UNIT, names = ["x₁", "x₂"]) {
    const {rows: marks, beyond} = rowColumns(window.rowsToPlane(rows), palette);
    this.fill("boundary", {rows: {...marks, x1: [...rows.x1], x2: [...rows.x2]}, ...window.seen({beyond}), ...cornerColumns(truth)});
    const {below: [across], left: [up]} = this.plots.boundary;
    [across.axis_label, up.axis_label] = names;
    if (window !== this.window) this.#look(window);
  }
  #look(window) {
    const {spans: {x, y}, low} = window;
    Object.assign(this, {window});
    this.span("boundary", {x, y});
    const image = [this.#image("boundary", "surface")];
    this.fill("boundary", {surface: {image, x: [low[0]], y: [low[1]], dw: [x[1] - x[0]], dh: [y[1] - y[0]]}});
  }

  // `held`: whoever holds a grip knows better where it is.
  model(given, rows, {threshold, surface: kind, by_hand: hasGrips}, held, palette, window = UNIT) {
    const model = window.modelToPlane(given), {grips, ...columns} = modelColumns(model, window.rowsToPlane(rows), threshold, hasGrips, palette);
    this.fill("boundary", window.seen(held ? columns : {...columns, grips}));
    surface(model, this.#image("boundary", "surface"), kind === "label" ? threshold : null);
    this.layers.boundary.surface.data_source.change.emit();
  }
  get grips() { return this.layers.boundary.grips.data_source.data; }
  cloud(models, window = UNIT) { this.fill("boundary", window.seen(lineColumns(models.map((model) => window.modelToPlane(model))))); }
  limits(limits, window = UNIT) {
    const columns = limitColumns(limits?.line ? null : limits);
    if (limits?.line) columns["best line"] = level(window.modelToPlane(modelOf(limits.line)));
    this.fill("boundary", window.seen(columns));
  }
  pinned(model, window = UNIT) { this.fill("boundary", window.seen(pinnedColumns(model && window.modelToPlane(model)))); }

  // The rows where two hidden neurons put them; own ones have no corners.
  hidden(model, pair, rows, threshold, palette, isOwn) {
    const image = this.#image("hidden", "surface"), span = hiddenSpan(model, rows), {below: [across], left: [up]} = this.plots.hidden;
    this.fill("hidden", hiddenColumns(model, pair, rows, threshold, palette, image));
    if (isOwn) this.fill("hidden", {corners: {a: [], b: [], text: [], dx: [], dy: []}});
    this.span("hidden", {x: span, y: span});
    [across.axis_label, up.axis_label] = hiddenLabels(pair);
  }

  #image(name, label) {
    const {data} = this.layers[name][label].data_source;
    return (data.get?.("image") ?? data.image)[0];
  }

  // ---- the small charts

  // `unit`: what an epoch of theirs is called.
  losses(train, test, unit) {
    if (unit !== this.unit) this.#unit(unit);
    this.fill("loss", lossColumns(train, test));
    this.span("loss", lossSpan(train, test));
  }
  #unit(unit) {
    const {below: [across]} = this.plots.loss;
    Object.assign(this, {unit});
    across.axis_label = unit;
    this.#say("loss", ([, ...others]) => [[unit, "@epoch"], ...others]);
  }
  epoch(epoch) { this.fill("loss", markColumns("epoch shown", epoch)); }

  // Where the model on show stands among those that chance gives.
  chance(accuracy) { this.fill("seeds", markColumns("this seed", accuracy)); }

  // `over`: what they differ in.
  seeds(accuracies, over) {
    const columns = populationColumns(accuracies);
    if (over !== this.counted) this.#count(over);
    this.fill("seeds", columns);
    this.span("seeds", countSpan(columns.seeds.top));
  }

  #count(over) {
    const {below: [across], left: [up]} = this.plots.seeds, [measure, counted] = COUNTED[over];
    Object.assign(this, {counted: over});
    [across.axis_label, up.axis_label] = [measure, counted];
    this.#say("seeds", () => [[measure, "@left{0.0%} to @right{0.0%}"], [counted, "@top"]]);
  }

  // What the pointer on a chart reads.
  #say(name, change) {
    const {toolbar: {tools}} = this.plots[name];
    for (const tool of tools.filter((one) => "tooltips" in one)) tool.tooltips = change(tool.tooltips);
  }

  // Another loss surface; `labels` name its two parameters.
  valley({path, spans, loss}, labels) {
    const {loss: box, ...lines} = lossSurfaceColumns(spans, path), image = this.#image("valley", "loss");
    image.set(loss);
    this.fill("valley", {loss: {...box, image: [image]}, ...lines});
    this.layers.valley.loss.glyph.color_mapper.setv(lossLimits(loss));
    this.span("valley", {x: spans[0], y: spans[1]});
    const {below: [across], left: [up]} = this.plots.valley;
    [across.axis_label, up.axis_label] = labels;
  }
  here(x, y) { this.fill("valley", hereColumns(x, y)); }

  // ---- the Explorer

  // A row of cells for each entry of `rows`, the first on top; `edges` are the cells' sides across, `ticks` their labels.
  heatmap(rows, edges, ticks, {low, high, isDiverging}, bar, palette) {
    const columns = {left: [], right: [], bottom: [], top: [], value: []}, hatched = {left: [], right: [], bottom: [], top: []};
    rows.forEach(({cells, up}) => cells.forEach(({value, diverged}, i) => {
      const box = {left: edges[i], right: edges[i + 1], bottom: up, top: up + 1};
      for (const [side, at] of Object.entries(box)) {
        columns[side].push(at);
        if (diverged >= 0.5) hatched[side].push(at);
      }
      columns.value.push(value);
    }));
    this.fill("heatmap", {cells: columns, diverged: hatched});
    this.span("heatmap", {x: [edges[0], edges.at(-1)], y: [rows.at(-1).up, rows[0].up + 1]});
    const {below: [across], left: [up], right: [colours]} = this.plots.heatmap;
    label(up, {at: rows.map((row) => row.up + 0.5), texts: rows.map((row) => row.label)});
    label(across, ticks);
    label(colours, bar);
    this.layers.heatmap.cells.glyph.fill_color.transform.setv({low, high, palette: palette.ramps[isDiverging ? "diverging" : "plain"]});
  }
  // Frames around cells.
  marked(boxes) {
    this.fill("heatmap", {mark: Object.fromEntries(["left", "right", "bottom", "top"].map((side) => [side, boxes.map((box) => box[side])]))});
  }
  picked(left, right, bottom) {
    const box = {left: [left], right: [right], bottom: [bottom], top: [bottom + 1]};
    this.fill("heatmap", {"picked's edge": box, picked: box});
  }

  // `chosen` has low, middle and high at each place, `others` the middle alone.
  curves({x, chosen, others, limits, mark}, ticks, {low, high}, up) {
    const column = (name) => chosen.map((cell) => cell[name]);
    const limit = (name) => ({x: limits ? x : [], value: limits ? limits.map((at) => at[name]) : []});
    this.fill("curves", {
      band: {x, low: column("low"), high: column("high")}, others: {xs: others.map(() => x), ys: others},
      bayes: limit("bayes"), best: limit("best"), middle: {x, value: column("middle")}, ...markColumns("here", mark),
    });
    const room = 0.03 * (high - low);
    this.span("curves", {x: [x[0] - 0.5, x.at(-1) + 0.5], y: [low - room, high + room]});
    const {below: [across], left: [axis]} = this.plots.curves;
    label(across, ticks);
    label(axis, {...up, label: ticks.measure});
  }
}

// Labels of an axis: where they stand and what they say.
function label(axis, {at, texts, label: name}) {
  axis.ticker.ticks = at;
  axis.major_label_overrides = new Map(at.map((place, i) => [place, texts[i]]));
  if (name !== undefined) axis.axis_label = name;
}
