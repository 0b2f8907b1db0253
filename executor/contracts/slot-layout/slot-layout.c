/* Slots laid out by the author: the prefix of the contract kept, a discriminator per field, one
 * Poseidon2 per slot. See slots.h for the layout; a schema in otigen.toml is not needed.
 *
 *   credit(owner, amount)        adds to a balance
 *   balance_of(owner)            view
 *   balance_slot(owner)          view: where the balance lies
 *   storage_slot(contract, n), map_entry(contract, n, key), nested_entry(contract, n, key1, key2)
 *                                views: the longer layout, for comparison with other tools
 */
#include "slots.h"

#define BALANCE 0 /* the discriminator of balances; a second field would be 1 */

static u128 load(const slot_t *slot) {
  u128 amount = 0;
  pyde_sload(slot, &amount, sizeof amount);
  return amount;
}

PYDE_EXPORT(credit) {
  struct PYDE_PACKED {
    address_t owner;
    u128 amount;
  } args;
  PYDE_ARGS(args);
  /* One hash serves the read and the write. */
  const slot_t slot = own_slot(BALANCE, &args.owner);
  const u128 balance = load(&slot) + args.amount;
  PYDE_REQUIRE(balance >= args.amount, "the balance would overflow");
  pyde_sstore(&slot, &balance, sizeof balance);
}

PYDE_EXPORT(balance_of) {
  address_t owner;
  PYDE_ARGS(owner);
  const slot_t slot = own_slot(BALANCE, &owner);
  const u128 balance = load(&slot);
  pyde_return(&balance, sizeof balance);
}

PYDE_EXPORT(balance_slot) {
  address_t owner;
  PYDE_ARGS(owner);
  const slot_t slot = own_slot(BALANCE, &owner);
  pyde_return(&slot, sizeof slot);
}

PYDE_EXPORT(storage_slot) {
  struct PYDE_PACKED {
    address_t contract;
    u64 n;
  } args;
  PYDE_ARGS(args);
  const slot_t path = storage_path(args.n);
  const slot_t slot = slot_at(args.contract.b, &path);
  pyde_return(&slot, sizeof slot);
}

PYDE_EXPORT(map_entry) {
  struct PYDE_PACKED {
    address_t contract;
    u64 n;
    address_t key;
  } args;
  PYDE_ARGS(args);
  const slot_t map = storage_path(args.n);
  const slot_t path = entry_path(&map, &args.key);
  const slot_t slot = slot_at(args.contract.b, &path);
  pyde_return(&slot, sizeof slot);
}

PYDE_EXPORT(nested_entry) {
  struct PYDE_PACKED {
    address_t contract;
    u64 n;
    address_t key1, key2;
  } args;
  PYDE_ARGS(args);
  const slot_t map = storage_path(args.n);
  const slot_t inner = entry_path(&map, &args.key1);
  const slot_t path = entry_path(&inner, &args.key2);
  const slot_t slot = slot_at(args.contract.b, &path);
  pyde_return(&slot, sizeof slot);
}
