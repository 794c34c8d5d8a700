// Fills the empty Bokeh figures. Every function takes what it draws; nothing here knows the controls.

import {sigmoid} from "./engine/logistic.js";
import {contour, logit} from "./plane.js";

// Cells along each input in which a bent boundary of the cloud is looked for.
const CLOUD_CELLS = 24;

export class Figures {
  static async embed(items, palettes, surfaces) {
    const figures = new Figures();
    Object.assign(figures, {plots: {}, palettes, surfaces});
    for (const [id, item] of Object.entries(items)) {
      const view = await Bokeh.embed.embed_item(item, document.getElementById(id));
      figures.plots[id] = view.roots?.[0]?.model ?? Bokeh.documents.at(-1).roots()[0];
    }
    figures.byName = new Map();
    for (const plot of Object.values(figures.plots)) {
      for (const model of plot.references()) if (model.name) figures.byName.set(model.name, model);
    }
    return figures;
  }

  get(name) { return this.byName.get(name); }
  fill(name, data) { this.get(name).data = data; }

  paint(mode) {
    const colours = this.colours = this.palettes[mode];
    this.ramp = Uint32Array.from(this.surfaces[mode], (hex) => {
      const rgb = parseInt(hex.slice(1), 16);
      return (0xff000000 | (rgb & 0xff) << 16 | (rgb & 0xff00) | rgb >> 16) >>> 0;
    });
    for (const plot of Object.values(this.plots)) {
      plot.outline_line_color = colours.grid;
      for (const model of plot.references()) {
        if (model.type.endsWith("Axis")) this.#axis(model);
        else if (model.type === "Grid") model.grid_line_color = colours.grid;
        else if (model.type === "Span") model.line_color = colours.muted;
      }
    }
    this.get("heat-bar").setv({background_fill_color: colours.paper, major_label_text_color: colours.muted});
    const glyph = (name, values) => this.get(`${name}-glyph`).glyph.setv(values);
    const size = {line_color: colours.paper, line_width: 0.75};
    colours.classes.forEach((colour, label) => {
      glyph(`train${label}`, {fill_color: colour, ...size});
      glyph(`test${label}`, {fill_color: colours.paper, line_color: colour, line_width: 2});
    });
    glyph("errors", {line_color: colours.ink});
    for (const name of ["contour25", "contour50", "contour75"]) glyph(name, {line_color: colours.ink});
    for (const name of ["contour25", "contour75"]) glyph(name, {line_alpha: 0.45});
    glyph("cloud", {line_color: colours.ink, line_alpha: 0.12});
    glyph("bestline", {line_color: colours.best_line});
    glyph("best", {line_color: colours.best_line});
    glyph("bayes", {line_color: colours.bayes});
    for (const part of ["train", "test"]) glyph(`${part}-loss`, {line_color: colours[part]});
    glyph("mean", {line_color: colours.ink});
    glyph("band", {fill_color: colours.ink});
    glyph("others", {line_color: colours.muted});
    glyph("here", {fill_color: colours.paper, line_color: colours.ink});
    glyph("picked-edge", {line_color: colours.paper});
    glyph("picked", {line_color: colours.ink});
    glyph("seeds", {fill_color: colours.muted, fill_alpha: 0.6, line_color: null});
    glyph("seed", {fill_color: colours.paper, line_color: colours.ink, line_width: 2});
    this.get("seeds-limit").line_color = colours.best_line;
  }

  #axis(axis) {
    const {muted} = this.colours, font = getComputedStyle(document.body).fontFamily;
    axis.setv({
      axis_line_color: null, major_tick_line_color: null, minor_tick_line_color: null,
      major_label_text_color: muted, axis_label_text_color: muted, axis_label_text_font_style: "normal",
      major_label_text_font: font, axis_label_text_font: font,
      major_label_text_font_size: "12px", axis_label_text_font_size: "13px",
    });
  }

  surface(model, probabilities, low, high) {
    const source = this.get("surface"), image = source.data.get?.("image")[0] ?? source.data.image[0];
    const cells = Math.sqrt(image.length), step = (high - low) / cells, ramp = this.ramp;
    for (let row = 0, k = 0; row < cells; row++) {
      const x2 = low + (row + 0.5) * step;
      for (let column = 0; column < cells; column++, k++) {
        const z = logit(model, low + (column + 0.5) * step, x2);
        const share = probabilities ? sigmoid(z) : z >= 0 ? 0.78 : 0.22;
        image[k] = ramp[(share * 255) | 0];
      }
    }
    source.change.emit();
  }

  // Returns how many training and how many test rows the model gets wrong.
  points(rows, model) {
    const wrong = [0, 0], columns = {train0: 0, train1: 0, test0: 0, test1: 0, errors: 0};
    for (const name of Object.keys(columns)) columns[name] = {x1: [], x2: []};
    const put = (name, i) => { columns[name].x1.push(rows.x1[i]); columns[name].x2.push(rows.x2[i]); };
    for (let i = 0; i < rows.n; i++) {
      put(`${rows.test[i] ? "test" : "train"}${rows.label[i]}`, i);
      if ((logit(model, rows.x1[i], rows.x2[i]) >= 0) !== Boolean(rows.label[i])) {
        put("errors", i);
        wrong[rows.test[i]]++;
      }
    }
    for (const [name, column] of Object.entries(columns)) this.fill(name, column);
    return wrong;
  }

  lines(model, best, probabilities, low, high) {
    const none = {x0: [], y0: [], x1: [], y1: []}, quarter = Math.log(3);
    this.fill("contour50", contour(model, 0, low, high));
    this.fill("contour25", probabilities ? contour(model, -quarter, low, high) : none);
    this.fill("contour75", probabilities ? contour(model, quarter, low, high) : none);
    this.fill("bestline", best ? contour(best, 0, low, high) : none);
  }

  // The boundaries of many models, faintly.
  cloud(models, low, high) {
    const all = {x0: [], y0: [], x1: [], y1: []};
    for (const model of models) {
      const part = contour(model, 0, low, high, CLOUD_CELLS);
      for (const name of Object.keys(all)) for (const value of part[name]) all[name].push(value);
    }
    this.fill("cloud", all);
  }

  losses(train, test, epoch) {
    const epochs = train.map((_, i) => i), top = Math.max(...train, ...test) * 1.05;
    this.fill("train-loss", {epoch: epochs, loss: train});
    this.fill("test-loss", {epoch: epochs, loss: test});
    this.plots["loss-plot"].x_range.setv({start: 0, end: Math.max(1, train.length - 1)});
    this.plots["loss-plot"].y_range.setv({start: 0, end: Number.isFinite(top) ? top : 1});
    this.epoch(epoch);
  }
  epoch(epoch) { this.get("epoch-cursor").location = epoch; }

  // One row of cells for each gate, the first on top; `edges` are the cells' sides along the noise level.
  heatmap(cells, edges, gates, measure) {
    const column = {left: [], right: [], bottom: [], top: [], value: []};
    for (const {gate, level, mean} of cells) {
      column.left.push(edges[level]); column.right.push(edges[level + 1]);
      column.bottom.push(gates.length - gate - 0.96); column.top.push(gates.length - gate - 0.04);
      column.value.push(mean);
    }
    this.fill("cells", column);
    const plot = this.plots["heatmap-plot"], ticks = gates.map((_, gate) => gates.length - gate - 0.5);
    plot.x_range.setv({start: edges[0], end: edges.at(-1)});
    plot.y_range.setv({start: 0, end: gates.length});
    this.get("gate-ticks").ticks = ticks;
    plot.left[0].major_label_overrides = new Map(gates.map((gate, i) => [ticks[i], gate]));
    this.get("heat-colours").setv({low: measure.low, high: measure.high});
  }

  curves(cells, levels, gate, limits, measure) {
    const of = (chosen) => cells.filter((cell) => cell.gate === chosen);
    const column = (chosen, part) => of(chosen).map((cell) => cell[part]);
    const gates = [...new Set(cells.map((cell) => cell.gate))].filter((other) => other !== gate);
    this.fill("mean", {noise_level: levels, value: column(gate, "mean")});
    this.fill("band", {noise_level: levels, low: column(gate, "low"), high: column(gate, "high")});
    this.fill("others", {xs: gates.map(() => levels), ys: gates.map((other) => column(other, "mean"))});
    const shown = measure.limits ? levels : [];
    this.fill("bayes", {noise_level: shown, value: shown.map((_, i) => limits[i].bayes)});
    this.fill("best", {noise_level: shown, value: shown.map((_, i) => limits[i].best)});
    const plot = this.plots["curves-plot"];
    plot.x_range.setv({start: Math.min(...levels), end: Math.max(...levels) || 1});
    plot.y_range.setv({start: measure.low - measure.pad, end: measure.high + measure.pad});
  }

  // A dot for each seed, stacked where they agree.
  seeds(values, own, seed, limit, measure) {
    const bins = 50, counts = new Map(), heights = values.map((value) => {
      const bin = Math.round((value - measure.low) / (measure.high - measure.low) * bins);
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
      return counts.get(bin) - 0.5;
    });
    this.fill("seeds", {value: values, height: heights});
    this.fill("seed", {value: [own], height: [heights[seed] ?? 0.5]});
    this.plots["seeds-plot"].x_range.setv({start: measure.low - 0.02, end: measure.high + 0.02});
    this.plots["seeds-plot"].y_range.setv({start: 0, end: Math.max(6, ...counts.values()) + 0.5});
    this.get("seeds-limit").setv({location: limit, visible: measure.limits});
    this.seedDots = {values, heights};
  }

  // The model on show, in the heatmap and on the curves.
  here(gate, gates, level, edges, noise, value) {
    this.fill("picked", {left: [edges[level]], right: [edges[level + 1]], bottom: [gates - gate - 1], top: [gates - gate]});
    this.fill("here", {noise_level: [noise], value: [value]});
    this.get("noise-cursor").location = noise;
  }
}
