// The one way the page refuses input: the rule, what was given, the remedy. As gatesweep/errors.py.

export class InputError extends Error {
  constructor(rule, given, remedy) {
    const text = quotedAsPython(given);
    super(`${rule}, got ${text.length <= 80 ? text : `${text.slice(0, 77)}...`}. ${remedy}`);
  }
}

const quotedAsPython = (given) => (typeof given !== "string" ? String(given) : given.includes("'") && !given.includes('"') ? `"${given}"` : `'${given.replaceAll("'", "\\'")}'`);
