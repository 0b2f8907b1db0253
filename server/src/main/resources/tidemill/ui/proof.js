// Proofs of the state tree, decided here and by nobody else. The layout and the three hashes are
// those of docs/consensus-encoding.md.

import {blake3} from './blake3.js';

const ascii = text => new TextEncoder().encode(text);
const LEAF = ascii('JMT::LeafNode');
const INNER = ascii('JMT::IntrnalNode');
export const EMPTY = ascii('SPARSE_MERKLE_PLACEHOLDER_HASH__');

export function bytesOf(hex) {
  if (!/^0x([0-9a-f]{2})*$/i.test(hex)) throw new Error('not an even number of hex digits after 0x');
  return Uint8Array.from(hex.slice(2).match(/../g) ?? [], digits => parseInt(digits, 16));
}

export const hexOf = bytes => '0x' + Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');

const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const bit = (hash, i) => (hash[i >> 3] >> (7 - (i & 7))) & 1;

function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The wire form: form, end, depth, map of sent siblings, siblings, and perhaps another leaf. */
function decode(bytes) {
  if (bytes.length < 4 || bytes[0] !== 1) throw new Error('the proof is of no known form');
  const [, end] = bytes;
  const depth = (bytes[2] << 8) | bytes[3];
  if (end > 2 || depth > 256) throw new Error('the header of the proof is wrong');
  const mapLength = (depth + 7) >> 3;
  let at = 4 + mapLength;
  const take = () => {
    if (at + 32 > bytes.length) throw new Error('the proof ends early');
    at += 32;
    return bytes.subarray(at - 32, at);
  };
  const siblings = [];
  for (let i = 0; i < mapLength * 8; i++) {
    const sent = bit(bytes.subarray(4, 4 + mapLength), i);
    if (i >= depth) {
      if (sent) throw new Error('the map of siblings is too long');
    } else {
      const sibling = sent ? take() : EMPTY;
      if (sent && same(sibling, EMPTY)) throw new Error('the hash of an empty subtree was sent');
      siblings.push(sibling);
    }
  }
  const other = end === 2 ? {key: take(), value: take()} : null;
  if (at !== bytes.length) throw new Error('bytes follow the proof');
  return {end, siblings, other};
}

/**
 * Decides a proof. `value` is null for a proof of absence. The result has `valid`, `root` as it was
 * computed, and `path`, from the leaf to the root.
 */
export function verify(root, key, value, proof) {
  const {end, siblings, other} = decode(bytesOf(proof));
  const keyHash = blake3(bytesOf(key));
  let hash = EMPTY;
  if ((value === null) === (end === 1)) throw new Error('the proof is of another kind than the claim');
  if (end === 1) hash = blake3(joined(LEAF, keyHash, blake3(bytesOf(value))));
  if (end === 2) {
    const shared = siblings.every((_, i) => bit(other.key, i) === bit(keyHash, i));
    if (!shared || same(other.key, keyHash)) throw new Error('the other leaf is not where the key would be');
    hash = blake3(joined(LEAF, other.key, other.value));
  }
  const path = [{level: siblings.length, side: 'leaf', hash: hexOf(hash)}];
  for (let i = siblings.length - 1; i >= 0; i--) {
    const right = bit(keyHash, i);
    hash = blake3(right ? joined(INNER, siblings[i], hash) : joined(INNER, hash, siblings[i]));
    path.push({level: i, side: right ? 'right' : 'left', hash: hexOf(hash)});
  }
  return {valid: same(hash, bytesOf(root)), root: hexOf(hash), path, depth: siblings.length};
}

/** The beginning of an account record: address 32, nonce u64, used u16, balance u128, code 32. */
export function account(hex) {
  const bytes = bytesOf(hex);
  if (bytes.length < 90) return null;
  const number = (at, length) => {
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]);
    return value;
  };
  return {
    address: hexOf(bytes.subarray(0, 32)),
    nonce: number(32, 8),
    balance: number(42, 16),
    code: hexOf(bytes.subarray(58, 90)),
  };
}

/** Whether a value under a state key is an account record: it repeats the address of its key. */
export const isAccount = (key, value) =>
  Boolean(value) && value.length >= 182 && value.slice(2, 34) === key.slice(2, 34);
