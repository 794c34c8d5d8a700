// Label of a tick on the colour bar; a mapper tagged "log" holds powers of ten.
const value = mapper.tags.includes("log") ? 10 ** tick : tick
const isPlain = !value || (Math.abs(value) < 1e5 && Math.abs(value) >= 1e-3)
return isPlain ? String(+value.toPrecision(3)) : value.toExponential(0)
