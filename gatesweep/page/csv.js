// A CSV file: with commas, semicolons or tabs, decimal points or commas, with or without a header. As
// gatesweep/tables/sources.py.

import {InputError} from "./refuse.js";
import {grouped} from "./grouped.js";

const MOST_BYTES = 2_000_000, MOST_COLUMNS = 10_000, LONGEST_LINE = 1_000_000;
// So many lines tell how a file separates its columns, and whether it writes decimals with a comma.
const SAMPLE_LINES = 200;
// What stands for a missing value.
const MISSING = new Set(["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A"]);
const MARKS = {"239,187,191": "utf-8", "255,254": "utf-16le", "254,255": "utf-16be"};
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, ENDLESS = /^[+-]?inf(inity)?$/i, FLAG = /^(true|TRUE|True|false|FALSE|False)$/;

// The columns of a file's bytes, [name, values] each: numbers, NaN where one is missing, or texts, null where one is.
export function readCsv(bytes, name) {
  if (bytes.length > MOST_BYTES) {
    throw new InputError(`a table for the Lab must have ${MOST_BYTES / 1e6} MB at most`, `${(bytes.length / 1e6).toFixed(1)} MB`, "Leave out columns or rows; gatesweep fit takes more");
  }
  const text = decoded(bytes, name), {separator, decimal, header, names} = signsOf(text, name);
  const rows = cellsOf(text, separator).slice(header ? 1 : 0);
  rows.forEach((row, i) => {
    if (row.length <= names.length) return;
    const problem = `Expected ${names.length} fields in line ${i + 1 + header}, saw ${row.length}`;
    throw new InputError(`the rows of a CSV file must have as many cells as its first one (${problem})`, name, "Look at that line, and at its quotes");
  });
  return names.map((column, place) => [column, valuesOf(rows.map((row) => row[place] ?? ""), decimal)]);
}

function decoded(bytes, name) {
  const starts = (mark) => mark === bytes.slice(0, mark.split(",").length).join();
  const encoding = Object.entries(MARKS).find(([mark]) => starts(mark))?.[1] ?? "utf-8";
  let text;
  try {
    text = new TextDecoder(encoding, {fatal: true}).decode(bytes);
  } catch {
    throw new InputError("a CSV file must be in UTF-8 (or UTF-16 with its mark)", `${name}, near line 1`, "Save it as CSV UTF-8");
  }
  const lines = text.split(/\r\n|\r|\n/), hidden = lines.findIndex((line) => line.includes("\0")), long = lines.findIndex((line) => line.length > LONGEST_LINE);
  if (hidden >= 0) throw new InputError("a CSV file must be text, without NUL bytes", `${name}, line ${hidden + 1}`, "Save it as CSV UTF-8");
  if (long >= 0) throw new InputError(`a line of a CSV file must have ${grouped(LONGEST_LINE)} characters at most`, `${name}, line ${long + 1}`, "Check that the file is a table");
  return text;
}

// How it separates cells and writes decimals, and what its columns are called.
function signsOf(text, name) {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim()).slice(0, SAMPLE_LINES);
  if (!lines.length) throw new InputError("a CSV file must hold rows", `${name} is empty`, "Check the file");
  const bare = lines[0].replace(/"[^"]*"/g, ""), count = (sign) => bare.split(sign).length - 1;
  const separator = [",", ";", "\t"].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
  const [first, ...others] = cellsOf(lines.join("\n"), separator), inner = others.flat().map((cell) => cell.trim());
  const hasComma = separator !== "," && inner.some((cell) => /^[+-]?\d*,\d+$/.test(cell));
  const decimal = hasComma && !inner.some((cell) => /^[+-]?\d*\.\d+$/.test(cell)) ? "," : ".";
  const header = !first.every((cell) => NUMBER.test(cell.replaceAll(decimal, ".").trim()));
  const names = first.map((cell, i) => (header && cell.trim()) || `column${i + 1}`), twice = names.find((one, i) => names.indexOf(one) < i);
  if (names.length < 2 || names.length > MOST_COLUMNS) throw new InputError(`a table must have 2 to ${grouped(MOST_COLUMNS)} columns`, names.length, "Leave out what is not used");
  if (twice !== undefined) throw new InputError("the columns of a table must have different names", twice, "Rename one of them");
  return {separator, decimal, header, names};
}

// The cells of each line that holds any; within quotes a separator or an end of line is text, and "" a quote.
function cellsOf(text, separator) {
  const rows = [];
  let row = [], cell = "", isQuoted = false;
  const endCell = () => { row.push(cell); cell = ""; };
  const endRow = () => {
    endCell();
    if (row.length > 1 || row[0].trim()) rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const sign = text[i];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[i + 1] === '"') { cell += sign; i++; }
      else isQuoted = false;
    } else if (sign === '"' && !cell) isQuoted = true;
    else if (sign === separator) endCell();
    else if (sign === "\n" || sign === "\r") { if (sign === "\n" || text[i + 1] !== "\n") endRow(); }
    else if (cell || sign !== " ") cell += sign;
  }
  endRow();
  return rows;
}

// Numbers where all that is there is one; else texts.
function valuesOf(cells, decimal) {
  const known = cells.map((cell) => (MISSING.has(cell) ? null : cell)), there = known.filter((cell) => cell !== null);
  const plain = (cell) => (decimal === "," ? cell.replace(",", ".") : cell).trim();
  if (there.every((cell) => (NUMBER.test(plain(cell)) && !(decimal === "," && cell.includes("."))) || ENDLESS.test(plain(cell)))) {
    return known.map((cell) => (cell === null ? NaN : ENDLESS.test(plain(cell)) ? (plain(cell)[0] === "-" ? -Infinity : Infinity) : Number(plain(cell))));
  }
  if (there.every((cell) => FLAG.test(cell))) return known.map((cell) => cell && cell[0].toUpperCase() + cell.slice(1).toLowerCase());
  return known;
}
