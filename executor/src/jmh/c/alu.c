/* n steps of a xorshift generator: integer arithmetic and nothing else. */
#include "kernel.h"

KERNEL u32 run(u32 n) {
  u64 x = 88172645463325252ULL;
  for (u32 i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  return (u32)(x ^ (x >> 32));
}
