/* bump.h: the smallest allocator that is right for a contract.
 *
 * Memory starts afresh with every call, so nothing is ever given back: an allocation moves one
 * pointer. The heap begins where the linker put the end of static data (__heap_base) and grows the
 * memory page by page when it must. When the chain says no, the call reverts.
 *
 * Include it in one source file of the contract.
 */
#ifndef BUMP_H
#define BUMP_H

#include "pyde.h"

extern u8 __heap_base; /* set by wasm-ld */

static u32 bump_top;

/* `size` bytes, aligned to 16. Freshly grown memory is zero; nothing else is promised. */
static inline void *bump(u32 size) {
  if (bump_top == 0) bump_top = ((u32)&__heap_base + 15) & ~15u;
  const u32 start = bump_top;
  const u64 end = ((u64)start + size + 15) & ~15ull;
  const u64 have = (u64)__builtin_wasm_memory_size(0) << 16;
  if (end > have) {
    const u64 pages = (end - have + 65535) >> 16;
    if (pages > 65536 || __builtin_wasm_memory_grow(0, (u32)pages) == (u32)-1) {
      PYDE_FAIL("out of memory");
    }
  }
  bump_top = (u32)end;
  return (void *)start;
}

/* The whole calldata in a fresh buffer; *len is its length. */
static inline u8 *bump_calldata(u32 *len) {
  *len = (u32)pyde_calldata_size();
  u8 *data = bump(*len);
  pyde_calldata_copy(0, (i32)*len, data);
  return data;
}

#endif
