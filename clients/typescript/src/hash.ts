/**
 * Poseidon2 and BLAKE3 as the chain uses them. Own code: what a client verifies, it verifies
 * without the node.
 */

const P = 0xffffffff00000001n;

const words = (text: string): bigint[] => text.trim().split(/\s+/).map((word) => BigInt("0x" + word));

const DIAGONAL = words(`
  a98811a1fed4e3a5 1cc48b54f377e2a0 e40cd4f6c5609a26 11de79ebca97a4a3
  9177c73d8b7e929c 2a6fe8085797e791 3de6e93329f8d5ad 3f7af9125da962fe`);

const FULL = words(`
  dd5743e7f2a5a5d9 cb3a864e58ada44b ffa2449ed32f8cdc 42025f65d6bd13ee
  7889175e25506323 34b98bb03d24b737 bdcc535ecc4faa2a 5b20ad869fc0d033
  f1dda5b9259dfcb4 27515210be112d59 4227d1718c766c3f 26d333161a5bd794
  49b938957bf4b026 4a56b5938b213669 1120426b48c8353d 6b323c3f10a56cad
  ce57d6245ddca6b2 b1fc8d402bba1eb1 b5c5096ca959bd04 6db55cd306d31f7f
  c49d293a81cb9641 1ce55a4fe979719f a92e60a9d178a4d1 002cc64973bcfd8c
  cea721cce82fb11b e5b55eb8098ece81 4e30525c6f1ddd66 43c6702827070987
  aca68430a7b5762a 3674238634df9c93 88cee1c825e33433 de99ae8d74b57176
  014ef1197d341346 9725e20825d07394 fdb25aef2c5bae3b be5402dc598c971e
  93a5711f04cdca3d c45a9a5b2f8fb97b fe8946a924933545 2af997a27369091c
  aa62c88e0b294011 058eb9d810ce9f74 b3cb23eced349ae4 a3648177a77b4a84
  43153d905992d95d f4e2a97cda44aa4b 5baa2702b908682f 082923bdf4f750d1
  98ae09a325893803 f8a6475077968838 ceb0735bf00b2c5f 0a1a5d953888e072
  2fcb190489f94475 b5be06270dec69fc 739cb934b09acf8b 537750b75ec7f25b
  e9dd318bae1f3961 f7462137299efe1a b1f6b8eee9adb940 bdebcc8a809dfe6b
  40fc1f791b178113 3ac1c3362d014864 9a016184bdb8aeba 95f2394459fbc25e`);

const PARTIAL = words(`
  488897d85ff51f56 1140737ccb162218 a7eeb9215866ed35 9bd2976fee49fcc9
  c0c8f0de580a3fcc 4fb2dae6ee8fc793 343a89f35f37395b 223b525a77ca72c8
  56ccb62574aaa918 c4d507d8027af9ed a080673cf0b7e95c f0184884eb70dcf8
  044f10b0cb3d5c69 e9e3f7993938f186 1b761c80e772f459 606cec607a1b5fac
  14a0c2e1d45f03cd 4eace8855398574f f905ca7103eff3e6 f8c8f8d20862c059
  b524fe8bdd678e5a fbb7865901a1ec41`);

const BLOCK = [
  [5n, 7n, 1n, 3n],
  [4n, 6n, 1n, 1n],
  [1n, 3n, 5n, 7n],
  [1n, 1n, 4n, 6n],
];

const seventhPower = (x: bigint): bigint => {
  const square = (x * x) % P;
  return (((square * square) % P) * ((square * x) % P)) % P;
};

/** The external layer: the block on each half, then each lane plus the sum of its column. */
function mix(state: bigint[]): void {
  const mixed: bigint[] = [];
  for (const half of [0, 4]) {
    for (const row of BLOCK) {
      mixed.push(row.reduce((sum, factor, i) => sum + factor * state[half + i]!, 0n));
    }
  }
  for (let i = 0; i < 8; i++) {
    state[i] = (mixed[i]! + mixed[i % 4]! + mixed[(i % 4) + 4]!) % P;
  }
}

function fullRound(state: bigint[], round: number): void {
  for (let i = 0; i < 8; i++) {
    state[i] = seventhPower(state[i]! + FULL[8 * round + i]!);
  }
  mix(state);
}

function permute(state: bigint[]): void {
  mix(state);
  for (let round = 0; round < 4; round++) fullRound(state, round);
  for (const constant of PARTIAL) {
    state[0] = seventhPower(state[0]! + constant);
    const sum = state.reduce((a, b) => a + b, 0n);
    for (let i = 0; i < 8; i++) state[i] = (DIAGONAL[i]! * state[i]! + sum) % P;
  }
  for (let round = 4; round < 8; round++) fullRound(state, round);
}

/** The 32-byte Poseidon2 hash of the concatenation of `parts`. */
export function poseidon2(...parts: Uint8Array[]): Uint8Array {
  const input = concat(...parts);
  const state = new Array<bigint>(8).fill(0n);
  let lane = 0;
  for (let at = 0; at < input.length; at += 7) {
    let element = 0n;
    for (let i = Math.min(at + 7, input.length) - 1; i >= at; i--) {
      element = (element << 8n) | BigInt(input[i]!);
    }
    state[lane++] = element;
    if (lane === 4) {
      permute(state);
      lane = 0;
    }
  }
  // The length closes the input; empty input is one element, zero, which is its length too.
  state[lane] = BigInt(input.length);
  permute(state);
  const out = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 4; i++) out.setBigUint64(8 * i, state[i]!, true);
  return new Uint8Array(out.buffer);
}

const IV = Uint32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const LANES = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
const CHUNK = 1024;
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8];

function compress(
  chaining: Uint32Array, block: Uint32Array, counter: number, length: number, flags: number,
): Uint32Array {
  const v = new Uint32Array(16);
  v.set(chaining);
  v.set(IV.subarray(0, 4), 8);
  v.set([counter, Math.floor(counter / 2 ** 32), length, flags], 12);
  let message = block;
  for (let round = 0; round < 7; round++) {
    LANES.forEach((lane, i) => quarter(v, lane, message[2 * i]!, message[2 * i + 1]!));
    message = Uint32Array.from(PERMUTATION, (from) => message[from]!);
  }
  return Uint32Array.from({ length: 8 }, (_, i) => v[i]! ^ v[i + 8]!);
}

function quarter(v: Uint32Array, lane: number[], x: number, y: number): void {
  const [a, b, c, d] = lane as [number, number, number, number];
  v[a] = v[a]! + v[b]! + x;
  v[d] = rotate(v[d]! ^ v[a]!, 16);
  v[c] = v[c]! + v[d]!;
  v[b] = rotate(v[b]! ^ v[c]!, 12);
  v[a] = v[a]! + v[b]! + y;
  v[d] = rotate(v[d]! ^ v[a]!, 8);
  v[c] = v[c]! + v[d]!;
  v[b] = rotate(v[b]! ^ v[c]!, 7);
}

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

function blockWords(bytes: Uint8Array): Uint32Array {
  const padded = new DataView(new ArrayBuffer(64));
  bytes.forEach((byte, i) => padded.setUint8(i, byte));
  return Uint32Array.from({ length: 16 }, (_, i) => padded.getUint32(4 * i, true));
}

function chunkValue(bytes: Uint8Array, number: number, root: boolean): Uint32Array {
  let chaining: Uint32Array = IV;
  let at = 0;
  do {
    const block = bytes.subarray(at, at + 64);
    const last = at + 64 >= bytes.length;
    const flags =
      (at === 0 ? CHUNK_START! : 0) | (last ? CHUNK_END! : 0) | (last && root ? ROOT! : 0);
    chaining = compress(chaining, blockWords(block), number, block.length, flags);
    at += 64;
  } while (at < bytes.length);
  return chaining;
}

function subtree(bytes: Uint8Array, number: number, root: boolean): Uint32Array {
  if (bytes.length <= CHUNK) return chunkValue(bytes, number, root);
  const chunks = Math.ceil(bytes.length / CHUNK);
  const left = 2 ** (31 - Math.clz32(chunks - 1));
  const both = new Uint32Array(16);
  both.set(subtree(bytes.subarray(0, left * CHUNK), number, false));
  both.set(subtree(bytes.subarray(left * CHUNK), number + left, false), 8);
  return compress(IV, both, 0, 64, PARENT! | (root ? ROOT! : 0));
}

/** The 32-byte BLAKE3 digest of the concatenation of `parts`. */
export function blake3(...parts: Uint8Array[]): Uint8Array {
  const root = subtree(concat(...parts), 0, true);
  const out = new DataView(new ArrayBuffer(32));
  root.forEach((word, i) => out.setUint32(4 * i, word, true));
  return new Uint8Array(out.buffer);
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The bytes of a hexadecimal text, with or without `0x`. */
export function fromHex(text: string): Uint8Array {
  const digits = text.startsWith("0x") ? text.slice(2) : text;
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
    throw new RangeError(`not hexadecimal: ${text}`);
  }
  return Uint8Array.from(Buffer.from(digits, "hex"));
}
