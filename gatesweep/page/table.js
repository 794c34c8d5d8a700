// A small table as a whole, of which two columns of numbers and two of its classes become rows to look at. As
// gatesweep/tables/labelled.py.

import {readCsv} from "./csv.js";
import {InputError} from "./refuse.js";
import {grouped} from "./grouped.js";

// Different values of a column that may be a label; characters of a name or a class that are shown.
const MOST_CLASSES = 50, LONGEST = 60;

const cut = (text) => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);
// A value of a label as text; null where there is none.
const classOf = (value) => (value === null || Number.isNaN(value) ? null : cut(String(value).replace("Infinity", "inf")));

export class LabelledTable {
  // `columns` are [name, values] each, as `readCsv` gives them.
  constructor(name, columns) {
    Object.assign(this, {name, columns: new Map(columns), isBuiltIn: false, classes: {}});
    this.numeric = columns.filter(([, values]) => typeof values.find((value) => value !== null) === "number" && values.some((value) => !Number.isNaN(value))).map(([one]) => one);
    this.labels = [];
    for (const [one, values] of columns) {
      const found = [...new Set(values)].filter((value) => classOf(value) !== null);
      if (found.length < 2 || found.length > MOST_CLASSES) continue;
      const isNumber = this.numeric.includes(one);
      this.labels.push(one);
      this.classes[one] = [...new Set(found.sort((a, b) => (isNumber ? a - b : a < b ? -1 : Number(a > b))).map(classOf))];
    }
    this.start = this.#start();
  }

  static fromCsv(bytes, name) {
    const called = name.slice(0, LONGEST) || "the table", columns = readCsv(bytes, called), table = new LabelledTable(called, columns);
    const given = columns.slice(0, 6).map(([one]) => cut(one)).join(", ");
    if (table.numeric.length < 2 || !table.labels.length) throw new InputError("a table for the Lab needs two columns of numbers and one of classes", given, "Check its header and its decimals");
    if (!table.start) throw new InputError("a table for the Lab needs two columns of numbers beside its classes", given, "Add a column");
    return table;
  }

  // One that the page brings along.
  static builtIn({name, columns, start}) { return Object.assign(new LabelledTable(name, columns), {isBuiltIn: true, start}); }

  // What is shown first: the last column of text for a label, else the one with the fewest classes.
  #start() {
    const {labels, numeric, classes} = this, texts = labels.filter((name) => !numeric.includes(name)).reverse();
    const fewest = [...labels].sort((a, b) => classes[a].length - classes[b].length);
    for (const label of [...texts, ...fewest]) {
      const [x1, x2] = numeric.filter((name) => name !== label);
      if (x2 !== undefined) return {x1, x2, label, classes: classes[label].slice(0, 2)};
    }
    return null;
  }

  // Rows of two columns and two classes, `most` of them, the first ones; and in words what is none of them.
  select({x1, x2, label, classes}, most) {
    const [first, second, said] = [x1, x2, label].map((name) => this.columns.get(name)), points = [], skips = [0, 0, 0, 0];
    said.forEach((value, i) => {
      const text = classOf(value), place = classes.indexOf(text);
      if (text === null) skips[1]++;
      else if (place < 0) skips[0]++;
      else if (!Number.isFinite(first[i]) || !Number.isFinite(second[i])) skips[2]++;
      else if (points.length < most) points.push([first[i], second[i], place]);
      else skips[3]++;
    });
    const why = ["of other classes", "without a class", "with a missing number", `beyond the first ${grouped(most)}`];
    const told = why.map((words, i) => skips[i] && `${grouped(skips[i])} ${words}`).filter(Boolean);
    return {points, skipped: told.length ? `Skipped: ${told.join(", ")}.` : ""};
  }
}
