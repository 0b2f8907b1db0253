// The counter of ../counter, written in AssemblyScript. Storage by name: the chain finds the slots.
import {
  answer, args, caller, emit_event, equal32, loadField, MISSING, require, storeField,
} from "../include/pyde";

// Blake3 of Counted(address,uint64).
const COUNTED: usize = memory.data<u8>([
  0xb5, 0xd5, 0x4a, 0x31, 0x0f, 0x11, 0x63, 0xe6, 0x6e, 0x86, 0xd3, 0xea, 0xb0, 0xab, 0x6a, 0xaa,
  0x6b, 0x79, 0x1f, 0xb4, 0x80, 0x96, 0x73, 0x44, 0xbf, 0xea, 0x7e, 0x97, 0xb0, 0x13, 0x6e, 0xc4,
]);

const COUNT: usize = memory.data(8);
const ARGS: usize = memory.data(8);
const OWNER: usize = memory.data(32);
const CALLER: usize = memory.data(32);
const TOPICS: usize = memory.data(64);

function loadCount(): u64 {
  store<u64>(COUNT, 0);
  loadField("count", COUNT, 8);
  return load<u64>(COUNT);
}

function countTo(count: u64): void {
  store<u64>(COUNT, count);
  storeField("count", COUNT, 8);
  memory.copy(TOPICS, COUNTED, 32);
  caller(TOPICS + 32);
  emit_event(TOPICS, 2, COUNT, 8);
  answer(COUNT, 8);
}

export function init(): void {
  args(ARGS, 8);
  require(loadField("owner", OWNER, 32) == MISSING, "already initialized");
  caller(CALLER);
  storeField("owner", CALLER, 32);
  storeField("count", ARGS, 8);
}

export function increment(): void {
  countTo(loadCount() + 1);
}

export function add(): void {
  args(ARGS, 8);
  const before = loadCount();
  const after = before + load<u64>(ARGS);
  require(after >= before, "the count would overflow");
  countTo(after);
}

export function reset(): void {
  require(loadField("owner", OWNER, 32) == 32, "no owner");
  caller(CALLER);
  require(equal32(OWNER, CALLER), "only the owner may reset");
  countTo(0);
}

export function get(): void {
  loadCount();
  answer(COUNT, 8);
}
