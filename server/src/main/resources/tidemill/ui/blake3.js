// Blake3 of bytes, 32 bytes of output, written from the specification. Small rather than fast.

const IV = [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];
const ORDER = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const LANES = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
const CHUNK = 1024;
const BLOCK = 64;
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8];

const rotated = (word, bits) => (word >>> bits) | (word << (32 - bits));

function compress(chaining, block, counter, length, flags) {
  const v = [...chaining, ...IV.slice(0, 4), counter | 0, Math.floor(counter / 2 ** 32) | 0, length, flags];
  let words = block;
  for (let round = 0; round < 7; round++) {
    LANES.forEach(([a, b, c, d], i) => {
      v[a] = (v[a] + v[b] + words[2 * i]) | 0;
      v[d] = rotated(v[d] ^ v[a], 16);
      v[c] = (v[c] + v[d]) | 0;
      v[b] = rotated(v[b] ^ v[c], 12);
      v[a] = (v[a] + v[b] + words[2 * i + 1]) | 0;
      v[d] = rotated(v[d] ^ v[a], 8);
      v[c] = (v[c] + v[d]) | 0;
      v[b] = rotated(v[b] ^ v[c], 7);
    });
    words = ORDER.map(from => words[from]);
  }
  return IV.map((_, i) => v[i] ^ v[i + 8]);
}

function chunk(bytes, number, root) {
  let chaining = IV;
  let flags = CHUNK_START;
  for (let at = 0; ; at += BLOCK) {
    const part = new Uint8Array(BLOCK);
    part.set(bytes.subarray(at, at + BLOCK));
    const view = new DataView(part.buffer);
    const words = Array.from({length: 16}, (_, i) => view.getInt32(4 * i, true));
    const last = at + BLOCK >= bytes.length;
    if (last) flags |= CHUNK_END | (root ? ROOT : 0);
    chaining = compress(chaining, words, number, Math.min(BLOCK, bytes.length - at), flags);
    if (last) return chaining;
    flags = 0;
  }
}

function subtree(bytes, number, root) {
  if (bytes.length <= CHUNK) return chunk(bytes, number, root);
  const left = 2 ** Math.floor(Math.log2(Math.ceil(bytes.length / CHUNK) - 1));
  return compress(
    IV,
    [...subtree(bytes.subarray(0, left * CHUNK), number, false),
      ...subtree(bytes.subarray(left * CHUNK), number + left, false)],
    0, BLOCK, PARENT | (root ? ROOT : 0));
}

/** The digest of a Uint8Array. */
export function blake3(bytes) {
  const out = new DataView(new ArrayBuffer(32));
  subtree(bytes, 0, true).forEach((word, i) => out.setInt32(4 * i, word, true));
  return new Uint8Array(out.buffer);
}
