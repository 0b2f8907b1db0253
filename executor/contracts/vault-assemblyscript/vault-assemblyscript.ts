// The vault of ../vault, written in AssemblyScript. The books are changed before the token is called.
import {
  add128, answer, args, call, caller, less128, loadEntry, loadField, MISSING, require, RESULT,
  resultLength, self_address, storeEntry, storeField, sub128, view,
} from "../include/pyde";

const AMOUNT: usize = memory.data(16);
const DEPOSIT: usize = memory.data(16);
const TOKEN: usize = memory.data(32);
const OWNER: usize = memory.data(32);
const CALL: usize = memory.data(80);

function loadToken(): void {
  require(loadField("token", TOKEN, 32) == 32, "not initialized");
}

/** What the vault owes to OWNER, in DEPOSIT; nothing when nothing was written. */
function loadDeposit(): void {
  loadEntry("deposits", OWNER, DEPOSIT, 16);
}

/** The token answers with one byte, 1. */
function requireTrue(): void {
  require(resultLength() == 1 && load<u8>(RESULT) == 1, "the token refused");
}

export function init(): void {
  args(OWNER, 32);
  require(loadField("token", TOKEN, 32) == MISSING, "already initialized");
  storeField("token", OWNER, 32);
}

export function deposit(): void {
  args(AMOUNT, 16);
  loadToken();
  caller(OWNER);
  loadDeposit();
  require(add128(DEPOSIT, AMOUNT, DEPOSIT), "the deposit would overflow");
  storeEntry("deposits", OWNER, DEPOSIT, 16);
  memory.copy(CALL, OWNER, 32); // from, to, amount
  self_address(CALL + 32);
  memory.copy(CALL + 64, AMOUNT, 16);
  call(TOKEN, "transfer_from", CALL, 80);
  requireTrue();
}

export function withdraw(): void {
  args(AMOUNT, 16);
  loadToken();
  caller(OWNER);
  loadDeposit();
  require(!less128(DEPOSIT, AMOUNT), "more than was deposited");
  sub128(DEPOSIT, AMOUNT, DEPOSIT);
  storeEntry("deposits", OWNER, DEPOSIT, 16);
  memory.copy(CALL, OWNER, 32); // to, amount
  memory.copy(CALL + 32, AMOUNT, 16);
  call(TOKEN, "transfer", CALL, 48);
  requireTrue();
}

export function balance_of(): void {
  args(OWNER, 32);
  loadDeposit();
  answer(DEPOSIT, 16);
}

export function reserves(): void {
  loadToken();
  self_address(OWNER);
  view(TOKEN, "balance_of", OWNER, 32);
  answer(RESULT, resultLength());
}
