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
@external("pyde", "sload_map1")
export declare function sload_map1(f: usize, flen: i32, k: usize, klen: i32, out: usize, max: i32): i32;
@external("pyde", "sstore_map1")
export declare function sstore_map1(f: usize, flen: i32, k: usize, klen: i32, v: usize, vlen: i32): i32;
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

@external("pyde", "cross_call")
export declare function cross_call(
  target: usize, fn: usize, fnlen: i32, data: usize, len: i32, value16: usize, gas: i64, ret: usize, retlen: usize,
): i32;
@external("pyde", "cross_call_static")
export declare function cross_call_static(
  target: usize, fn: usize, fnlen: i32, data: usize, len: i32, gas: i64, ret: usize, retlen: usize,
): i32;
@external("pyde", "delegate_call")
export declare function delegate_call(
  target: usize, fn: usize, fnlen: i32, data: usize, len: i32, gas: i64, ret: usize, retlen: usize,
): i32;
@external("pyde", "instantiate")
export declare function instantiate(
  template: usize, salt: usize, init: usize, initlen: i32, value16: usize, gas: i64, child: usize, ret: usize, retlen: usize,
): i32;

export const MISSING: i32 = -1;
/** A negative gas forwards all that is left. */
export const ALL_GAS: i64 = -1;

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

/** Loads the entry of a map of [state] under one key of 32 bytes. */
export function loadEntry(name: string, key: usize, out: usize, max: i32): i32 {
  return sload_map1(TEXT, ascii(name, TEXT), key, 32, out, max);
}

/** Stores the entry of a map of [state] under one key of 32 bytes. */
export function storeEntry(name: string, key: usize, value: usize, len: i32): void {
  sstore_map1(TEXT, ascii(name, TEXT), key, 32, value, len);
}

// ---- calls to other contracts: what came back is in RESULT, its length in resultLength() ----------

const RESULT_CAPACITY: i32 = 256;
export const RESULT: usize = memory.data(256);
const RESULT_LENGTH: usize = memory.data(4);
const NO_VALUE: usize = memory.data(16);

export function resultLength(): i32 {
  return load<i32>(RESULT_LENGTH);
}

/** Makes room for a result; the address is that of its length. */
export function expectResult(): usize {
  store<i32>(RESULT_LENGTH, RESULT_CAPACITY);
  return RESULT_LENGTH;
}

/** Passes a failure on: with the reason of the other side, where there is one. */
export function settle(code: i32): void {
  if (code == 0) return;
  if (code == -10 && resultLength() > 0) {
    pyde_revert(RESULT, min(resultLength(), RESULT_CAPACITY));
    unreachable();
  }
  require(code != -11, "the called contract ran out of gas");
  require(code != -9, "the called function is already running");
  require(code != -13, "the called contract has no such function");
  fail("the call failed");
}

/** Calls a function without value. */
export function call(target: usize, fn: string, data: usize, len: i32): void {
  const length = ascii(fn, TEXT);
  settle(cross_call(target, TEXT, length, data, len, NO_VALUE, ALL_GAS, RESULT, expectResult()));
}

/** Calls a view. */
export function view(target: usize, fn: string, data: usize, len: i32): void {
  const length = ascii(fn, TEXT);
  settle(cross_call_static(target, TEXT, length, data, len, ALL_GAS, RESULT, expectResult()));
}
