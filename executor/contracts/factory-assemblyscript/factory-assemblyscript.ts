// The factory of ../factory, written in AssemblyScript: contracts that create contracts.
import {
  ALL_GAS, answer, args, ascii, emit_event, expectResult, hash_poseidon2, instantiate, loadEntry,
  loadField, MISSING, require, RESULT, resultLength, self_address, storeEntry, storeField, view,
} from "../include/pyde";

// Blake3 of Created(bytes32,address).
const CREATED: usize = memory.data<u8>([
  0x72, 0x32, 0xaf, 0x2e, 0x67, 0x6d, 0xe6, 0x32, 0x27, 0x32, 0x4f, 0x65, 0xaf, 0xfe, 0x8f, 0x0c,
  0x2a, 0x27, 0x5d, 0x06, 0x8c, 0x1e, 0x9e, 0xa6, 0x95, 0x3e, 0xf4, 0x53, 0x43, 0x2e, 0xb7, 0x4b,
]);

const ARGS: usize = memory.data(40); // salt, start
const TEMPLATE: usize = memory.data(32);
const CHILD: usize = memory.data(32);
const TOPICS: usize = memory.data(64);
const NO_VALUE: usize = memory.data(16);
const PREIMAGE: usize = memory.data(112);

function loadTemplate(): void {
  require(loadField("template", TEMPLATE, 32) == 32, "not initialized");
}

export function init(): void {
  args(ARGS, 32);
  require(loadField("template", TEMPLATE, 32) == MISSING, "already initialized");
  storeField("template", ARGS, 32);
}

export function create(): void {
  args(ARGS, 40);
  loadTemplate();
  const code = instantiate(
    TEMPLATE, ARGS, ARGS + 32, 8, NO_VALUE, ALL_GAS, CHILD, RESULT, expectResult(),
  );
  require(code != -44, "this salt was used before");
  require(code != -43, "the template has no code");
  require(code == 0, "the child could not be created");
  storeEntry("children", ARGS, CHILD, 32);
  memory.copy(TOPICS, CREATED, 32);
  memory.copy(TOPICS + 32, ARGS, 32);
  emit_event(TOPICS, 2, CHILD, 32);
  answer(CHILD, 32);
}

export function count_of(): void {
  args(ARGS, 32);
  require(loadEntry("children", ARGS, CHILD, 32) == 32, "no such child");
  view(CHILD, "get", ARGS, 0);
  answer(RESULT, resultLength());
}

/** Poseidon2("pyde-child:", self, template, salt): the same as the chain computes. */
export function address_of(): void {
  args(ARGS, 32);
  loadTemplate();
  const tag = ascii("pyde-child:", PREIMAGE);
  self_address(PREIMAGE + tag);
  memory.copy(PREIMAGE + tag + 32, TEMPLATE, 32);
  memory.copy(PREIMAGE + tag + 64, ARGS, 32);
  hash_poseidon2(PREIMAGE, tag + 96, CHILD);
  answer(CHILD, 32);
}
