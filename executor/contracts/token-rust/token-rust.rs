//! The token of ../token, written in Rust without a standard library and without cargo: same
//! functions, same slots, same tests.
#![no_std]

#[path = "../include/pyde.rs"]
#[allow(dead_code)]
mod pyde;

use pyde::{address_at, amount_at, answer, args, fail, get_caller, require, Address, Slot};

/// Blake3 of Transfer(address,address,uint128).
const TRANSFER: [u8; 32] = [
    0x71, 0xfb, 0xa7, 0x2c, 0x00, 0x05, 0xdd, 0x55, 0xae, 0xa6, 0x88, 0x39, 0x23, 0x21, 0x92, 0x31,
    0x69, 0xfb, 0x06, 0xab, 0x0e, 0xc0, 0xc3, 0xe3, 0x30, 0x73, 0x1c, 0xa5, 0x97, 0x9f, 0x4d, 0xb9,
];
/// Blake3 of Approval(address,address,uint128).
const APPROVAL: [u8; 32] = [
    0x67, 0xe2, 0xd7, 0x2e, 0x7a, 0x0b, 0xc8, 0xec, 0xfc, 0x47, 0x0c, 0xa1, 0x30, 0x1a, 0xec, 0xf0,
    0xd8, 0xb2, 0xf5, 0x22, 0x59, 0x1a, 0x9a, 0x7f, 0x3b, 0xee, 0xbe, 0x00, 0x62, 0xbe, 0xbe, 0x94,
];
const NOBODY: Address = [0; 32];

/// Poseidon2(self, field, keys): the slot of a field of [state].
fn slot(field: &str, keys: &[&Address]) -> Slot {
    let mut preimage = [0u8; 128];
    let mut end = 32;
    preimage[..32].copy_from_slice(&pyde::get_self());
    preimage[end..end + field.len()].copy_from_slice(field.as_bytes());
    end += field.len();
    for key in keys {
        preimage[end..end + 32].copy_from_slice(&key[..]);
        end += 32;
    }
    pyde::poseidon2(&preimage[..end])
}

fn emit(signature: &[u8; 32], a: &Address, b: &Address, amount: u128) {
    let mut topics = [0u8; 96];
    topics[..32].copy_from_slice(signature);
    topics[32..64].copy_from_slice(a);
    topics[64..].copy_from_slice(b);
    unsafe { pyde::emit_event(topics.as_ptr(), 3, amount.to_le_bytes().as_ptr(), 16) };
}

fn transfer_tokens(from: &Address, to: &Address, amount: u128) {
    require(*to != NOBODY, "transfer to the zero address");
    let source = slot("balances", &[from]);
    let had = pyde::load_amount(&source);
    require(had >= amount, "insufficient balance");
    // Write the source before the target is read: moving to oneself must change nothing.
    pyde::store_amount(&source, had - amount);
    let target = slot("balances", &[to]);
    // No overflow: the supply fits in 128 bits.
    pyde::store_amount(&target, pyde::load_amount(&target).wrapping_add(amount));
    emit(&TRANSFER, from, to, amount);
}

#[no_mangle]
pub extern "C" fn init() {
    let supply = amount_at(&args::<16>(), 0);
    let total = slot("total_supply", &[]);
    if pyde::find_amount(&total).is_some() {
        fail("already initialized");
    }
    let owner = get_caller();
    pyde::store_amount(&total, supply);
    pyde::store_amount(&slot("balances", &[&owner]), supply);
    emit(&TRANSFER, &NOBODY, &owner, supply);
}

#[no_mangle]
pub extern "C" fn transfer() {
    let args = args::<48>();
    transfer_tokens(&get_caller(), &address_at(&args, 0), amount_at(&args, 32));
    answer(&[1]);
}

#[no_mangle]
pub extern "C" fn approve() {
    let args = args::<48>();
    let (owner, spender) = (get_caller(), address_at(&args, 0));
    let amount = amount_at(&args, 32);
    pyde::store_amount(&slot("allowances", &[&owner, &spender]), amount);
    emit(&APPROVAL, &owner, &spender, amount);
    answer(&[1]);
}

#[no_mangle]
pub extern "C" fn transfer_from() {
    let args = args::<80>();
    let (from, to) = (address_at(&args, 0), address_at(&args, 32));
    let amount = amount_at(&args, 64);
    let allowance = slot("allowances", &[&from, &get_caller()]);
    let allowed = pyde::load_amount(&allowance);
    require(allowed >= amount, "insufficient allowance");
    pyde::store_amount(&allowance, allowed - amount);
    transfer_tokens(&from, &to, amount);
    answer(&[1]);
}

#[no_mangle]
pub extern "C" fn balance_of() {
    let owner = args::<32>();
    answer(&pyde::load_amount(&slot("balances", &[&owner])).to_le_bytes());
}

#[no_mangle]
pub extern "C" fn allowance() {
    let args = args::<64>();
    let keys = (address_at(&args, 0), address_at(&args, 32));
    answer(&pyde::load_amount(&slot("allowances", &[&keys.0, &keys.1])).to_le_bytes());
}

#[no_mangle]
pub extern "C" fn total_supply() {
    answer(&pyde::load_amount(&slot("total_supply", &[])).to_le_bytes());
}
