//! Slots laid out by the author, in Rust: the first 16 bytes of the contract's address, kept for the
//! call, then Poseidon2(discriminator, key)[..16]. ../include/slots.h draws the layout.
#![no_std]

#[path = "../include/pyde.rs"]
#[allow(dead_code)]
mod pyde;

use core::cell::Cell;
use pyde::{address_at, amount_at, answer, args, require, Address, Slot};

/// The discriminator of balances; a second field would be 1.
const BALANCE: u8 = 0;

/// The prefix, asked for once per call. A contract has one thread.
struct Prefix(Cell<Option<Address>>);
unsafe impl Sync for Prefix {}
static PREFIX: Prefix = Prefix(Cell::new(None));

fn prefix() -> Address {
    match PREFIX.0.get() {
        Some(known) => known,
        None => {
            let own = pyde::get_self();
            PREFIX.0.set(Some(own));
            own
        }
    }
}

/// The slot of a balance: one Poseidon2.
fn balance_slot_of(owner: &Address) -> Slot {
    let mut preimage = [BALANCE; 33];
    preimage[1..].copy_from_slice(owner);
    let mut slot = prefix();
    slot[16..].copy_from_slice(&pyde::poseidon2(&preimage)[..16]);
    slot
}

#[no_mangle]
pub extern "C" fn credit() {
    let args = args::<48>();
    let slot = balance_slot_of(&address_at(&args, 0));
    let sum = pyde::load_amount(&slot).checked_add(amount_at(&args, 32));
    require(sum.is_some(), "the balance would overflow");
    pyde::store_amount(&slot, sum.unwrap_or(0));
}

#[no_mangle]
pub extern "C" fn balance_of() {
    let owner = args::<32>();
    answer(&pyde::load_amount(&balance_slot_of(&owner)).to_le_bytes());
}

#[no_mangle]
pub extern "C" fn balance_slot() {
    let owner = args::<32>();
    answer(&balance_slot_of(&owner));
}
