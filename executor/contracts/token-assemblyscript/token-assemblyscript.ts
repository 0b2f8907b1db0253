// The token of ../token, written in AssemblyScript: same functions, same slots, same tests.
import {
  add128, answer, args, ascii, caller, emit_event, fail, hash_poseidon2, isZero32, less128, MISSING,
  require, self_address, sload, sstore, sub128,
} from "../include/pyde";

// Blake3 of the event signatures: Transfer(address,address,uint128), Approval(address,address,uint128).
const TRANSFER: usize = memory.data<u8>([
  0x71, 0xfb, 0xa7, 0x2c, 0x00, 0x05, 0xdd, 0x55, 0xae, 0xa6, 0x88, 0x39, 0x23, 0x21, 0x92, 0x31,
  0x69, 0xfb, 0x06, 0xab, 0x0e, 0xc0, 0xc3, 0xe3, 0x30, 0x73, 0x1c, 0xa5, 0x97, 0x9f, 0x4d, 0xb9,
]);
const APPROVAL: usize = memory.data<u8>([
  0x67, 0xe2, 0xd7, 0x2e, 0x7a, 0x0b, 0xc8, 0xec, 0xfc, 0x47, 0x0c, 0xa1, 0x30, 0x1a, 0xec, 0xf0,
  0xd8, 0xb2, 0xf5, 0x22, 0x59, 0x1a, 0x9a, 0x7f, 0x3b, 0xee, 0xbe, 0x00, 0x62, 0xbe, 0xbe, 0x94,
]);

// Every buffer is static: a call uses each for one thing only.
const ARGS: usize = memory.data(128);
const CALLER: usize = memory.data(32);
const NOBODY: usize = memory.data(32);
const PREIMAGE: usize = memory.data(128);
const SLOT_A: usize = memory.data(32);
const SLOT_B: usize = memory.data(32);
const AMOUNT: usize = memory.data(16);
const TOPICS: usize = memory.data(96);

/** Poseidon2(self, field, keys): the slot of a field of [state]. A key of 0 is left out. */
function slotOf(field: string, key1: usize, key2: usize, slot: usize): void {
  self_address(PREIMAGE);
  let at = PREIMAGE + 32;
  at += ascii(field, at);
  if (key1) {
    memory.copy(at, key1, 32);
    at += 32;
  }
  if (key2) {
    memory.copy(at, key2, 32);
    at += 32;
  }
  hash_poseidon2(PREIMAGE, i32(at - PREIMAGE), slot);
}

/** An amount that was never written is zero. */
function loadAmount(slot: usize): void {
  store<u64>(AMOUNT, 0);
  store<u64>(AMOUNT, 0, 8);
  sload(slot, AMOUNT, 16);
}

function emit(signature: usize, a: usize, b: usize, amount: usize): void {
  memory.copy(TOPICS, signature, 32);
  memory.copy(TOPICS + 32, a, 32);
  memory.copy(TOPICS + 64, b, 32);
  emit_event(TOPICS, 3, amount, 16);
}

function move(from: usize, to: usize, amount: usize): void {
  require(!isZero32(to), "transfer to the zero address");
  slotOf("balances", from, 0, SLOT_A);
  loadAmount(SLOT_A);
  require(!less128(AMOUNT, amount), "insufficient balance");
  sub128(AMOUNT, amount, AMOUNT);
  // Write the source before the target is read: moving to oneself must change nothing.
  sstore(SLOT_A, AMOUNT, 16);
  slotOf("balances", to, 0, SLOT_B);
  loadAmount(SLOT_B);
  add128(AMOUNT, amount, AMOUNT); // no overflow: the supply fits in 128 bits
  sstore(SLOT_B, AMOUNT, 16);
  emit(TRANSFER, from, to, amount);
}

function answerTrue(): void {
  store<u8>(AMOUNT, 1);
  answer(AMOUNT, 1);
}

export function init(): void {
  args(ARGS, 16);
  slotOf("total_supply", 0, 0, SLOT_A);
  if (sload(SLOT_A, AMOUNT, 16) != MISSING) fail("already initialized");
  caller(CALLER);
  sstore(SLOT_A, ARGS, 16);
  slotOf("balances", CALLER, 0, SLOT_B);
  sstore(SLOT_B, ARGS, 16);
  emit(TRANSFER, NOBODY, CALLER, ARGS);
}

export function transfer(): void {
  args(ARGS, 48); // to, amount
  caller(CALLER);
  move(CALLER, ARGS, ARGS + 32);
  answerTrue();
}

export function approve(): void {
  args(ARGS, 48); // spender, amount
  caller(CALLER);
  slotOf("allowances", CALLER, ARGS, SLOT_A);
  sstore(SLOT_A, ARGS + 32, 16);
  emit(APPROVAL, CALLER, ARGS, ARGS + 32);
  answerTrue();
}

export function transfer_from(): void {
  args(ARGS, 80); // from, to, amount
  caller(CALLER);
  slotOf("allowances", ARGS, CALLER, SLOT_A);
  loadAmount(SLOT_A);
  require(!less128(AMOUNT, ARGS + 64), "insufficient allowance");
  sub128(AMOUNT, ARGS + 64, AMOUNT);
  sstore(SLOT_A, AMOUNT, 16);
  move(ARGS, ARGS + 32, ARGS + 64);
  answerTrue();
}

export function balance_of(): void {
  args(ARGS, 32);
  slotOf("balances", ARGS, 0, SLOT_A);
  loadAmount(SLOT_A);
  answer(AMOUNT, 16);
}

export function allowance(): void {
  args(ARGS, 64); // owner, spender
  slotOf("allowances", ARGS, ARGS + 32, SLOT_A);
  loadAmount(SLOT_A);
  answer(AMOUNT, 16);
}

export function total_supply(): void {
  slotOf("total_supply", 0, 0, SLOT_A);
  loadAmount(SLOT_A);
  answer(AMOUNT, 16);
}
