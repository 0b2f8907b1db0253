/* slots.h: slots laid out by their author.
 *
 * A slot is 32 bytes. The first 16 are those of the contract's own address, so that everything a
 * contract stores lies side by side in the chain's state; the last 16 are a hash of what the slot
 * means:
 *
 *   own_slot(disc, key)            Poseidon2(disc || key)[..16]
 *   storage_slot(n)                Poseidon2(04 || n as u64)[..16]
 *   map_entry(n, key)              Poseidon2( Poseidon2(04 || n) || 05 || key )[..16]
 *   nested_entry(n, key1, key2)    Poseidon2( Poseidon2( Poseidon2(04 || n) || 05 || key1 ) || 05 || key2 )[..16]
 *
 * The prefix is asked for once per call and kept: memory starts afresh with every call, so it cannot
 * be kept longer. A discriminator is a constant that tells the contract's fields apart. With both, a
 * slot costs one hash.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include "pyde.h"

typedef struct {
  u8 b[32];
} slot_t;

static u8 slot_prefix[32];
static u8 slot_prefix_known;

/* The address whose first 16 bytes begin every slot of this contract. */
static inline const u8 *own_prefix(void) {
  if (!slot_prefix_known) {
    pyde_self_address(slot_prefix);
    slot_prefix_known = 1;
  }
  return slot_prefix;
}

static inline slot_t slot_under(const u8 *prefix, const void *preimage, u32 len) {
  slot_t slot, hash;
  pyde_hash_poseidon2(preimage, (i32)len, &hash);
  __builtin_memcpy(slot.b, prefix, 16);
  __builtin_memcpy(slot.b + 16, hash.b, 16);
  return slot;
}

/* The slot of a field with one address as its key: one Poseidon2. */
static inline slot_t own_slot(u8 discriminator, const address_t *key) {
  u8 preimage[33];
  preimage[0] = discriminator;
  __builtin_memcpy(preimage + 1, key, 32);
  return slot_under(own_prefix(), preimage, sizeof preimage);
}

/* The longer form, with a number for each field, for any contract's prefix. */
static inline slot_t storage_path(u64 n) {
  u8 preimage[9] = {0x04};
  slot_t path;
  __builtin_memcpy(preimage + 1, &n, 8);
  pyde_hash_poseidon2(preimage, sizeof preimage, &path);
  return path;
}

static inline slot_t entry_path(const slot_t *parent, const address_t *key) {
  u8 preimage[65];
  slot_t path;
  __builtin_memcpy(preimage, parent, 32);
  preimage[32] = 0x05;
  __builtin_memcpy(preimage + 33, key, 32);
  pyde_hash_poseidon2(preimage, sizeof preimage, &path);
  return path;
}

static inline slot_t slot_at(const u8 *prefix, const slot_t *path) {
  slot_t slot;
  __builtin_memcpy(slot.b, prefix, 16);
  __builtin_memcpy(slot.b + 16, path->b, 16);
  return slot;
}

#endif
