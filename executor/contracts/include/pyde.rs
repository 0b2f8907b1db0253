//! pyde.rs: the functions a contract imports, for Rust without a standard library. pyde.h explains
//! each of them; here are those the examples use. Take it in with
//! `#[path = "../include/pyde.rs"] mod pyde;`.

#[link(wasm_import_module = "pyde")]
extern "C" {
    pub fn sload(slot: *const u8, out: *mut u8, max: i32) -> i32;
    pub fn sstore(slot: *const u8, value: *const u8, len: i32);
    pub fn caller(out: *mut u8) -> i32;
    pub fn self_address(out: *mut u8) -> i32;
    pub fn calldata_size() -> i32;
    pub fn calldata_copy(offset: i32, len: i32, out: *mut u8) -> i32;
    #[link_name = "return"]
    pub fn pyde_return(data: *const u8, len: i32) -> !;
    pub fn revert(data: *const u8, len: i32) -> !;
    pub fn emit_event(topics: *const u8, count: i32, data: *const u8, len: i32) -> i32;
    pub fn hash_poseidon2(input: *const u8, len: i32, out: *mut u8);
}

pub type Address = [u8; 32];
pub type Slot = [u8; 32];

/// Stops with a readable reason.
pub fn fail(reason: &str) -> ! {
    unsafe { revert(reason.as_ptr(), reason.len() as i32) }
}

/// Stops unless the condition holds.
pub fn require(condition: bool, reason: &str) {
    if !condition {
        fail(reason)
    }
}

/// Ends the call with a result.
pub fn answer(data: &[u8]) -> ! {
    unsafe { pyde_return(data.as_ptr(), data.len() as i32) }
}

/// The whole calldata, which must have exactly `N` bytes.
pub fn args<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    unsafe {
        require(calldata_size() == N as i32, "arguments: wrong size");
        calldata_copy(0, N as i32, bytes.as_mut_ptr());
    }
    bytes
}

/// The 32 bytes at `at`.
pub fn address_at(bytes: &[u8], at: usize) -> Address {
    let mut address = [0u8; 32];
    address.copy_from_slice(&bytes[at..at + 32]);
    address
}

/// The amount at `at`.
pub fn amount_at(bytes: &[u8], at: usize) -> u128 {
    let mut amount = [0u8; 16];
    amount.copy_from_slice(&bytes[at..at + 16]);
    u128::from_le_bytes(amount)
}

pub fn get_caller() -> Address {
    let mut address = [0u8; 32];
    unsafe { caller(address.as_mut_ptr()) };
    address
}

pub fn get_self() -> Address {
    let mut address = [0u8; 32];
    unsafe { self_address(address.as_mut_ptr()) };
    address
}

pub fn poseidon2(input: &[u8]) -> [u8; 32] {
    let mut hash = [0u8; 32];
    unsafe { hash_poseidon2(input.as_ptr(), input.len() as i32, hash.as_mut_ptr()) };
    hash
}

/// The amount in a slot, or None when it was never written.
pub fn find_amount(slot: &Slot) -> Option<u128> {
    let mut amount = [0u8; 16];
    let found = unsafe { sload(slot.as_ptr(), amount.as_mut_ptr(), 16) };
    if found < 0 {
        None
    } else {
        Some(u128::from_le_bytes(amount))
    }
}

/// An amount that was never written is zero.
pub fn load_amount(slot: &Slot) -> u128 {
    find_amount(slot).unwrap_or(0)
}

pub fn store_amount(slot: &Slot, amount: u128) {
    unsafe { sstore(slot.as_ptr(), amount.to_le_bytes().as_ptr(), 16) }
}

/// A contract that panics has a fault the author did not foresee: it traps.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
