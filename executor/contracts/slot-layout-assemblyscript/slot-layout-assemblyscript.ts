// Slots laid out by the author, in AssemblyScript: the first 16 bytes of the contract's address, kept
// for the call, then Poseidon2(discriminator, key)[..16]. ../include/slots.h draws the layout.
import {
  add128, answer, args, hash_poseidon2, require, self_address, sload, sstore,
} from "../include/pyde";

const BALANCE: u8 = 0; // the discriminator of balances; a second field would be 1

const ARGS: usize = memory.data(48);
const PREFIX: usize = memory.data(32);
const PREIMAGE: usize = memory.data(33);
const HASH: usize = memory.data(32);
const SLOT: usize = memory.data(32);
const AMOUNT: usize = memory.data(16);

let prefixKnown: bool = false;

/** The slot of a balance, in SLOT: one Poseidon2. */
function balanceSlot(owner: usize): void {
  if (!prefixKnown) {
    self_address(PREFIX);
    prefixKnown = true;
  }
  store<u8>(PREIMAGE, BALANCE);
  memory.copy(PREIMAGE + 1, owner, 32);
  hash_poseidon2(PREIMAGE, 33, HASH);
  memory.copy(SLOT, PREFIX, 16);
  memory.copy(SLOT + 16, HASH, 16);
}

export function credit(): void {
  args(ARGS, 48); // owner, amount
  balanceSlot(ARGS);
  sload(SLOT, AMOUNT, 16); // a missing balance leaves zeros
  require(add128(AMOUNT, ARGS + 32, AMOUNT), "the balance would overflow");
  sstore(SLOT, AMOUNT, 16);
}

export function balance_of(): void {
  args(ARGS, 32);
  balanceSlot(ARGS);
  sload(SLOT, AMOUNT, 16);
  answer(AMOUNT, 16);
}

export function balance_slot(): void {
  args(ARGS, 32);
  balanceSlot(ARGS);
  answer(SLOT, 32);
}
