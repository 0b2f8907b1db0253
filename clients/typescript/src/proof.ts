/**
 * What lets a client not believe a node: keys of the state, proofs, and the digests of a wave.
 * Written from the specification and not from the node. Take roots from your consensus: a root that
 * the node itself said proves nothing.
 */
import { BorshWriter } from "./borsh.js";
import type { MerkleProof, StateProof } from "./generated/tidemill/v1/state_service.js";
import type { Event, Receipt, WaveSummary } from "./generated/tidemill/v1/types.js";
import { blake3, concat, poseidon2, toHex } from "./hash.js";
import type { Address } from "./tx.js";

const HASH = 32;
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

// ---- state keys -----------------------------------------------------------------------------------

const clustered = (owner: Address, path: Uint8Array): Uint8Array =>
  concat(owner.subarray(0, 16), path.subarray(0, 16));

/** Where accounts and slots live in the flat state: 32 bytes, the first 16 those of the account. */
export const stateKey = {
  /** The key of the account record. */
  account: (address: Address): Uint8Array => clustered(address, poseidon2(Uint8Array.of(0x10))),
  /** The key of what the chain keeps about a contract beside its account. */
  contract: (address: Address): Uint8Array => clustered(address, poseidon2(Uint8Array.of(0x11))),
  /** The key of a contract's slot; undefined when the slot is reserved for the account itself. */
  slot: (contract: Address, slot: Uint8Array): Uint8Array | undefined => {
    if (!same(slot.subarray(0, 16), contract.subarray(0, 16))) {
      return clustered(contract, blake3(ascii("pyde-slot:"), contract, slot));
    }
    for (let reserved = 0x10; reserved <= 0x1f; reserved++) {
      const suffix = poseidon2(Uint8Array.of(reserved)).subarray(0, 16);
      if (same(slot.subarray(16), suffix)) return undefined;
    }
    return Uint8Array.from(slot);
  },
};

// ---- proofs ---------------------------------------------------------------------------------------

const LEAF = ascii("JMT::LeafNode");
const INNER = ascii("JMT::IntrnalNode");
const EMPTY = ascii("SPARSE_MERKLE_PLACEHOLDER_HASH__");

const bit = (bytes: Uint8Array, i: number): number => (bytes[i >> 3]! >> (7 - (i & 7))) & 1;

interface Path {
  end: number;
  siblings: Uint8Array[];
  otherKey: Uint8Array;
  otherValue: Uint8Array;
}

/**
 * form u8 = 1 | end u8 | depth u16 BE | map ceil(depth / 8) | sent siblings 32 each, root first |
 * when end = 2: key hash 32 | value hash 32. There is one form of each proof.
 */
function readPath(proof: Uint8Array): Path | undefined {
  if (proof.length < 4 || proof[0] !== 1 || proof[1]! > 2) return undefined;
  const end = proof[1]!;
  const depth = (proof[2]! << 8) | proof[3]!;
  const mapLength = Math.ceil(depth / 8);
  let at = 4 + mapLength;
  if (depth > 256 || proof.length < at) return undefined;
  const map = proof.subarray(4, at);
  const siblings: Uint8Array[] = [];
  for (let i = 0; i < 8 * mapLength; i++) {
    if (bit(map, i) === 1) {
      if (i >= depth || proof.length - at < HASH) return undefined;
      const sibling = proof.subarray(at, at + HASH);
      if (same(sibling, EMPTY)) return undefined;
      siblings.push(sibling);
      at += HASH;
    } else if (i < depth) {
      siblings.push(EMPTY);
    }
  }
  const rest = end === 2 ? 2 * HASH : 0;
  if (proof.length - at !== rest) return undefined;
  return { end, siblings, otherKey: proof.subarray(at, at + rest / 2), otherValue: proof.subarray(at + rest / 2) };
}

/** What the path of a proof ends in, if that fits the claim. */
function endHash(path: Path, keyHash: Uint8Array, value: Uint8Array | undefined): Uint8Array | undefined {
  if (path.end === 1) return value === undefined ? undefined : blake3(LEAF, keyHash, blake3(value));
  if (value !== undefined) return undefined;
  if (path.end === 0) return EMPTY;
  // Another key's leaf shows absence only where this key would be, and is not this key's.
  if (same(path.otherKey, keyHash)) return undefined;
  for (let i = 0; i < path.siblings.length; i++) {
    if (bit(path.otherKey, i) !== bit(keyHash, i)) return undefined;
  }
  return blake3(LEAF, path.otherKey, path.otherValue);
}

/**
 * Whether `proof` shows that the state under `root` holds `value` under the raw state key `key`, or
 * nothing when `value` is undefined. Never throws on what a node may send.
 */
export function verifyState(
  root: Uint8Array, key: Uint8Array, value: Uint8Array | undefined, proof: Uint8Array,
): boolean {
  const path = readPath(proof);
  if (path === undefined) return false;
  const keyHash = blake3(key);
  let hash = endHash(path, keyHash, value);
  for (let i = path.siblings.length - 1; i >= 0 && hash !== undefined; i--) {
    const sibling = path.siblings[i]!;
    hash = bit(keyHash, i) === 0 ? blake3(INNER, hash, sibling) : blake3(INNER, sibling, hash);
  }
  return hash !== undefined && same(hash, root);
}

/** The same for a proof as the protocol carries it, of `key` and of no other. */
export const verifyStateProof = (root: Uint8Array, key: Uint8Array, proof: StateProof): boolean =>
  same(proof.key, key) && verifyState(root, key, proof.value, proof.proof);

/**
 * Whether `leaf` is record `index` of the `count` records under `root`: the receipts digest or the
 * events root of a wave. Without the count, which the wave's record says, a proof is none.
 */
export function verifyRecord(
  root: Uint8Array, count: number, index: number, leaf: Uint8Array, siblings: Uint8Array[],
): boolean {
  const depth = count <= 1 ? 0 : 32 - Math.clz32(count - 1);
  if (index < 0 || index >= count || siblings.length !== depth) return false;
  if (siblings.some((sibling) => sibling.length !== HASH)) return false;
  let hash = blake3(leaf);
  siblings.forEach((sibling, i) => {
    hash = ((index >>> i) & 1) === 0 ? blake3(hash, sibling) : blake3(sibling, hash);
  });
  return same(hash, root);
}

/** The same for a proof as the protocol carries it; root and count come from the wave. */
export const verifyRecordProof = (root: Uint8Array, count: number, proof: MerkleProof): boolean =>
  verifyRecord(root, count, proof.index, proof.leaf, proof.siblings);

// ---- digests of a wave ----------------------------------------------------------------------------

function writeAddress(out: BorshWriter, address: Uint8Array): void {
  out.bool(address.length > 0).fixed(address);
}

function writeEventBody(out: BorshWriter, event: Event): void {
  out.fixed(event.contract).list(event.topics, (topics, topic) => topics.fixed(topic)).bytes(event.data);
}

/** The record of a receipt, whose Blake3 is a leaf of the receipts digest. */
export function receiptRecord(receipt: Receipt): Uint8Array {
  const out = new BorshWriter().u64(receipt.wave).u32(receipt.transactionIndex).fixed(receipt.transactionHash);
  out.u8(receipt.status - 1).u8(receipt.category - 1).u16(receipt.code).bool(receipt.nonceConsumed);
  out.u64(receipt.gasUsed).fixed(receipt.feePaid.length === 0 ? new Uint8Array(16) : receipt.feePaid);
  writeAddress(out, receipt.feePayer);
  out.bytes(receipt.returnData);
  writeAddress(out, receipt.contract);
  return out.list(receipt.events, writeEventBody).toBytes();
}

/** The record of an event, whose Blake3 is a leaf of the events root. */
export function eventRecord(event: Event): Uint8Array {
  const out = new BorshWriter().u64(event.wave).u32(event.transactionIndex).u32(event.eventIndex);
  writeEventBody(out, event);
  return out.toBytes();
}

/** Pairs up to the root; padded with zeros to a power of two. */
function merkleRoot(leaves: Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return new Uint8Array(HASH);
  let level = [...leaves];
  while ((level.length & (level.length - 1)) !== 0) level.push(new Uint8Array(HASH));
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: below.length / 2 }, (_, i) => blake3(below[2 * i]!, below[2 * i + 1]!));
  }
  return level[0]!;
}

/** The receipts digest of a wave with these receipts. */
export const receiptsDigest = (receipts: Receipt[]): Uint8Array =>
  merkleRoot(receipts.map((receipt) => blake3(receiptRecord(receipt))));

/** The events root of a wave with these receipts. */
export const eventsRoot = (receipts: Receipt[]): Uint8Array =>
  merkleRoot(receipts.flatMap((receipt) => receipt.events.map((event) => blake3(eventRecord(event)))));

/** The bloom filter of a wave with these receipts, 256 bytes: three bits per contract and topic. */
export function eventsBloom(receipts: Receipt[]): Uint8Array {
  const bloom = new Uint8Array(256);
  for (const event of receipts.flatMap((receipt) => receipt.events)) {
    for (const item of [event.contract, ...event.topics]) {
      const digest = blake3(item);
      for (const word of [0, 8, 16]) {
        const position = (digest[word]! | (digest[word + 1]! << 8)) & 2047;
        bloom[position >> 3]! |= 1 << (position & 7);
      }
    }
  }
  return bloom;
}

/** Whether digest, events root, filter and counts of `summary` are those of the receipts. */
export const digestsMatch = (summary: WaveSummary, receipts: Receipt[]): boolean =>
  summary.transactions === receipts.length &&
  summary.eventsCount === receipts.reduce((sum, receipt) => sum + receipt.events.length, 0) &&
  toHex(summary.receiptsDigest) === toHex(receiptsDigest(receipts)) &&
  toHex(summary.eventsRoot) === toHex(eventsRoot(receipts)) &&
  toHex(summary.eventsBloom) === toHex(eventsBloom(receipts));
