// The two random streams of the lecture: NumPy's legacy RandomState (frozen by NEP 19) and torch's CPU generator.
// Both are the Mersenne Twister MT19937 (Matsumoto and Nishimura 1998, doi:10.1145/272991.272995).

const SIZE = 624;
const SHIFT = 397;

class MersenneTwister {
  // A seed is a whole number, or a list of them.
  constructor(seed) {
    this.state = new Uint32Array(SIZE);
    this.#start(Array.isArray(seed) ? 19650218 : seed);
    if (Array.isArray(seed)) this.#mix(seed);
    this.place = SIZE;
  }

  #start(seed) {
    this.state[0] = seed >>> 0;
    for (let i = 1; i < SIZE; i++) this.state[i] = Math.imul(1812433253, this.#before(i)) + i;
  }
  // init_by_array of the reference implementation.
  #mix(seeds) {
    const {state} = this;
    let i = 1;
    const next = () => { if (++i === SIZE) { state[0] = state[SIZE - 1]; i = 1; } };
    for (let k = 0; k < Math.max(SIZE, seeds.length); k++, next()) {
      const j = k % seeds.length;
      state[i] = (state[i] ^ Math.imul(this.#before(i), 1664525)) + seeds[j] + j;
    }
    for (let k = 0; k < SIZE - 1; k++, next()) state[i] = (state[i] ^ Math.imul(this.#before(i), 1566083941)) - i;
    state[0] = 0x80000000;
  }
  #before(i) { return this.state[i - 1] ^ (this.state[i - 1] >>> 30); }

  #refill() {
    const {state} = this;
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.place = 0;
  }

  // A whole number from 0 to 2^32 - 1.
  uint32() {
    if (this.place === SIZE) this.#refill();
    let y = this.state[this.place++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }
}

// np.random.RandomState(seed), as far as the lecture uses it.
export class RandomState extends MersenneTwister {
  constructor(seed) {
    super(seed);
    this.spare = null;
  }

  #uniform() {
    const high = this.uint32() >>> 5;
    return (high * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  // A standard normal number, by Marsaglia's polar method: they come in pairs.
  normal() {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    let x, y, square;
    do {
      x = 2 * this.#uniform() - 1;
      y = 2 * this.#uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt(-2 * Math.log(square) / square);
    this.spare = factor * x;
    return factor * y;
  }

  // 0 .. n - 1 in random order: `shuffle(arange(n))`, and `permutation(n)` too.
  permutation(n) {
    const order = Uint32Array.from({length: n}, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  // A whole number from 0 to `most`: bits are masked, and drawn again while they are too large.
  upTo(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    let value;
    do value = (this.uint32() & mask) >>> 0; while (value > most);
    return value;
  }
}

// torch.Generator on the CPU after `manual_seed(seed)`.
export class TorchGenerator extends MersenneTwister {
  // The low half of what `torch.empty((), dtype=torch.int64).random_()` gives: all that a seed keeps of it.
  seed() {
    this.uint32();
    return this.uint32();
  }

  // A uniform float32 in [0, 1), as `tensor.uniform_` draws it: 24 bits.
  uniform() { return (this.uint32() & 0xffffff) / 16777216; }

  // torch.randperm(n).
  permutation(n) {
    const order = Uint32Array.from({length: n}, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + this.uint32() % (n - i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
