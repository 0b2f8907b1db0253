// The proxy of ../proxy, written in AssemblyScript; see there for why it forwards by name.
import {
  ALL_GAS, answer, args, calldata_copy, calldata_size, caller, delegate_call, equal32, expectResult,
  loadField, MISSING, require, RESULT, resultLength, settle, storeField,
} from "../include/pyde";

const CODE: usize = memory.data(32);
const ADMIN: usize = memory.data(32);
const CALLER: usize = memory.data(32);
const MAX_ARGUMENTS: i32 = 1024;
const ARGUMENTS: usize = memory.data(1024);

/** function and args as Borsh: a u32 length and the content, twice. */
function run(): void {
  const size = calldata_size();
  require(size >= 8 && size <= MAX_ARGUMENTS, "arguments: wrong size");
  calldata_copy(0, size, ARGUMENTS);
  const name = load<u32>(ARGUMENTS);
  require(name <= u32(size - 8), "arguments: wrong size");
  const rest = ARGUMENTS + 4 + name;
  const length = load<u32>(rest);
  require(length == u32(size) - 8 - name, "arguments: wrong size");
  require(loadField("proxy_code", CODE, 32) == 32, "not initialized");
  settle(
    delegate_call(CODE, ARGUMENTS + 4, name, rest + 4, length, ALL_GAS, RESULT, expectResult()),
  );
  answer(RESULT, resultLength());
}

export function setup(): void {
  args(CODE, 32);
  require(loadField("proxy_code", ADMIN, 32) == MISSING, "already initialized");
  caller(CALLER);
  storeField("proxy_code", CODE, 32);
  storeField("proxy_admin", CALLER, 32);
}

export function exchange(): void {
  args(CODE, 32);
  require(loadField("proxy_admin", ADMIN, 32) == 32, "not initialized");
  caller(CALLER);
  require(equal32(ADMIN, CALLER), "only the admin may exchange the code");
  storeField("proxy_code", CODE, 32);
}

export function forward(): void {
  run();
}

export function read(): void {
  run();
}
