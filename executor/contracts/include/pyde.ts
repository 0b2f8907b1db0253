// pyde.ts: the functions a contract imports, for AssemblyScript. pyde.h explains each of them; here
// are those the examples use. Pointers are usize, amounts are 16 bytes little-endian.
//
// Build with --use abort= (a contract imports nothing but `pyde`) and --runtime stub (memory starts
// afresh with every call, nothing is ever freed).

@external("pyde", "sload")
export declare function sload(slot: usize, out: usize, max: i32): i32;
@external("pyde", "sstore")
export declare function sstore(slot: usize, value: usize, len: i32): void;
@external("pyde", "sload_scalar")
export declare function sload_scalar(f: usize, flen: i32, out: usize, max: i32): i32;
@external("pyde", "sstore_scalar")
export declare function sstore_scalar(f: usize, flen: i32, v: usize, vlen: i32): i32;
@external("pyde", "caller")
export declare function caller(out: usize): i32;
@external("pyde", "self_address")
export declare function self_address(out: usize): i32;
@external("pyde", "calldata_size")
export declare function calldata_size(): i32;
@external("pyde", "calldata_copy")
export declare function calldata_copy(offset: i32, len: i32, out: usize): i32;
@external("pyde", "return")
export declare function pyde_return(data: usize, len: i32): void;
@external("pyde", "revert")
export declare function pyde_revert(data: usize, len: i32): void;
@external("pyde", "emit_event")
export declare function emit_event(topics: usize, count: i32, data: usize, len: i32): i32;
@external("pyde", "hash_poseidon2")
export declare function hash_poseidon2(input: usize, len: i32, out: usize): void;

export const MISSING: i32 = -1;

const TEXT: usize = memory.data(128);

/** Writes the letters of an ASCII text; strings hold two bytes per letter, the chain wants one. */
export function ascii(text: string, at: usize): i32 {
  for (let i = 0; i < text.length; i++) store<u8>(at + i, <u8>text.charCodeAt(i));
  return text.length;
}

/** Stops with a readable reason. */
export function fail(reason: string): void {
  pyde_revert(TEXT, ascii(reason, TEXT));
  unreachable();
}

export function require(condition: bool, reason: string): void {
  if (!condition) fail(reason);
}

/** Reads the whole calldata, which must have exactly this size. */
export function args(out: usize, size: i32): void {
  require(calldata_size() == size, "arguments: wrong size");
  calldata_copy(0, size, out);
}

/** Ends the call with a result. */
export function answer(data: usize, len: i32): void {
  pyde_return(data, len);
  unreachable();
}

/** Loads a field of [state] by name; the result is its length, or MISSING. */
export function loadField(name: string, out: usize, max: i32): i32 {
  return sload_scalar(TEXT, ascii(name, TEXT), out, max);
}

/** Stores a field of [state] by name. */
export function storeField(name: string, value: usize, len: i32): void {
  sstore_scalar(TEXT, ascii(name, TEXT), value, len);
}

export function equal32(a: usize, b: usize): bool {
  return (
    ((load<u64>(a) ^ load<u64>(b)) |
      (load<u64>(a, 8) ^ load<u64>(b, 8)) |
      (load<u64>(a, 16) ^ load<u64>(b, 16)) |
      (load<u64>(a, 24) ^ load<u64>(b, 24))) ==
    0
  );
}

export function isZero32(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

/** a < b, for amounts of 16 bytes. */
export function less128(a: usize, b: usize): bool {
  const ah = load<u64>(a, 8);
  const bh = load<u64>(b, 8);
  return ah < bh || (ah == bh && load<u64>(a) < load<u64>(b));
}

/** out = a - b; b must not be more than a. */
export function sub128(a: usize, b: usize, out: usize): void {
  const low = load<u64>(a);
  const less = load<u64>(b);
  store<u64>(out, load<u64>(a, 8) - load<u64>(b, 8) - u64(low < less), 8);
  store<u64>(out, low - less);
}

/** out = a + b; false when the sum does not fit. */
export function add128(a: usize, b: usize, out: usize): bool {
  const low = load<u64>(a) + load<u64>(b);
  const carry = u64(low < load<u64>(b));
  const half = load<u64>(a, 8) + load<u64>(b, 8);
  const overflow = half < load<u64>(b, 8);
  const high = half + carry;
  store<u64>(out, low);
  store<u64>(out, high, 8);
  return !overflow && high >= half;
}
