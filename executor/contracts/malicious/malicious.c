/* What a contract may try against the chain that runs it. Every function here ends in a receipt: the
 * tests beside it say in which. `with-forbidden-import.wat` is the one that is not even deployed.
 *
 *   spin()         an endless loop
 *   grow()         all the memory there is, page by page -> u32 pages it got
 *   recurse()      a function that calls itself without end
 *   reenter()      calls its own entry again -> i32 the code of the refusal
 *   nest()         contracts in contracts, as deep as they go -> u32 levels
 *   hoard()        fills the state, slot after slot
 *   shout()        events without end
 *   peek()         reads behind the end of its memory
 *   overclaim()    a host call about memory whose addresses wrap around
 *   forge()        a write from inside a view -> i32 the code of the refusal
 */
#include "pyde.h"

PYDE_EXPORT(spin) {
  for (volatile u32 i = 0;; i++) {
  }
}

PYDE_EXPORT(grow) {
  u32 pages = (u32)__builtin_wasm_memory_size(0);
  while (__builtin_wasm_memory_grow(0, 16) != (u32)-1) pages += 16;
  pyde_return(&pages, sizeof pages);
}

/* Through a pointer, so that no compiler turns it into a loop. */
static u32 deeper(u32 n);
static u32 (*volatile next)(u32) = deeper;
static u32 deeper(u32 n) { return next(n + 1) + n; }

PYDE_EXPORT(recurse) {
  const u32 n = deeper(0);
  pyde_return(&n, sizeof n);
}

/* Calls fn of this very contract; the code that comes back. */
static i32 call_self(const char *fn, i32 len, void *ret, u32 *ret_len) {
  address_t self;
  const u128 nothing = 0;
  pyde_self_address(&self);
  return pyde_cross_call(&self, fn, len, "", 0, &nothing, -1, ret, ret_len);
}

PYDE_EXPORT(reenter) {
  u8 none[4];
  u32 len = 0;
  const i32 code = call_self("reenter", 7, none, &len);
  pyde_return(&code, sizeof code);
}

PYDE_EXPORT(nest) {
  u32 levels = 0;
  u32 len = sizeof levels;
  if (call_self("nest", 4, &levels, &len) != PYDE_OK) levels = 0;
  levels++;
  pyde_return(&levels, sizeof levels);
}

static u8 large[16384];

PYDE_EXPORT(hoard) {
  u8 slot[32] = {0};
  for (u32 i = 0;; i++) {
    __builtin_memcpy(slot, &i, sizeof i);
    pyde_sstore(slot, large, sizeof large);
  }
}

PYDE_EXPORT(shout) {
  for (;;) pyde_emit_event(large, 1, large, 8192);
}

PYDE_EXPORT(peek) {
  const volatile u8 *end = (const volatile u8 *)((u32)__builtin_wasm_memory_size(0) << 16);
  const u8 found = *end;
  pyde_return(&found, 1);
}

PYDE_EXPORT(overclaim) { pyde_hash_blake3((const void *)0xfffffff0u, 32, large); }

PYDE_EXPORT(write) { pyde_sstore(large, large, 1); }

PYDE_EXPORT(forge) {
  address_t self;
  u8 none[4];
  u32 len = 0;
  pyde_self_address(&self);
  const i32 code = pyde_cross_call_static(&self, "write", 5, "", 0, -1, none, &len);
  pyde_return(&code, sizeof code);
}
