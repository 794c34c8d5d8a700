// The controls of a table: one that is built in, or a CSV file, dropped, pasted or chosen; which columns and which classes.

import {$, fillMenu} from "./controls.js";
import {ownOfTable} from "./own.js";
import {InputError} from "./refuse.js";
import {LabelledTable} from "./table.js";
import {grouped} from "./grouped.js";

const MENUS = ["x1", "x2", "label", "zero", "one"];

export class TablePanel {
  // `tables` are those that are built in; `open` takes own rows.
  constructor(tables, open) {
    Object.assign(this, {tables, open, table: null, chosen: null});
    fillMenu($("built-in"), {"": "none", ...Object.fromEntries(tables.map(({name, label}) => [name, label]))});
    $("built-in").onchange = () => this.#openBuiltIn($("built-in").value);
    for (const name of MENUS) $(`table-${name}`).onchange = () => this.#choose(name);
    $("csv").onchange = async () => {
      await this.take($("csv").files[0], $("csv").files[0]?.name);
      $("csv").value = "";
    };
    $("cells").onpaste = (event) => {
      event.preventDefault();
      this.take(new Blob([event.clipboardData.getData("text/plain")]), "what was pasted");
    };
    $("cells").onchange = () => {
      if ($("cells").value.trim()) this.take(new Blob([$("cells").value]), "what was typed");
      $("cells").value = "";
    };
    const place = $("drop"), hold = (isOver) => place.classList.toggle("over", isOver);
    place.ondragover = (event) => { event.preventDefault(); hold(true); };
    place.ondragleave = () => hold(false);
    place.ondrop = (event) => {
      event.preventDefault();
      hold(false);
      this.take(event.dataTransfer.files[0], event.dataTransfer.files[0]?.name);
    };
  }

  #openBuiltIn(name) {
    const found = this.tables.find((one) => one.name === name);
    if (found) this.#open(() => LabelledTable.builtIn(found));
  }
  // Shows the rows of a file; what is wrong with it is said beside it.
  async take(file, name) {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.#open(() => LabelledTable.fromCsv(bytes, name));
  }

  #open(read) {
    this.#refusing(() => {
      const table = read();
      this.#show(table, table.start);
    });
    this.#fill();
  }
  #choose(name) {
    const at = Object.fromEntries(MENUS.map((menu) => [menu, $(`table-${menu}`).value])), before = this.chosen.classes;
    if (name === "label") [at.zero, at.one] = this.table.classes[at.label];
    // The other one gives way.
    else if (at.zero === at.one) at[name === "zero" ? "one" : "zero"] = before[name === "zero" ? 0 : 1];
    this.#refusing(() => this.#show(this.table, {x1: at.x1, x2: at.x2, label: at.label, classes: [at.zero, at.one]}));
    this.#fill();
  }

  #show(table, chosen) {
    const {own, skipped} = ownOfTable(table, chosen);
    Object.assign(this, {table, chosen});
    this.open(own);
    this.#say(`${grouped(own.points.length)} rows of ${table.name}. ${skipped}`.trim());
  }
  #refusing(act) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#say(error.message[0].toUpperCase() + error.message.slice(1), true);
    }
  }
  #say(text, isProblem = false) {
    Object.assign($("table-said"), {textContent: text, className: isProblem ? "note problem" : "note"});
  }

  // Has the menus offer what the table has, and stand at what is chosen.
  #fill() {
    const {table, chosen} = this;
    $("built-in").value = table?.isBuiltIn ? table.name : "";
    $("table-menus").hidden = !table;
    if (!table) return;
    const {numeric, labels} = table, classes = table.classes[chosen.label], [zero, one] = chosen.classes;
    const offered = {x1: [numeric, chosen.x1], x2: [numeric, chosen.x2], label: [labels, chosen.label], zero: [classes, zero], one: [classes, one]};
    for (const [name, [options, value]] of Object.entries(offered)) {
      $(`table-${name}`).replaceChildren(...options.map((option) => new Option(option, option, false, option === value)));
    }
  }
}
