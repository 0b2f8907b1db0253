/* The primes below n (at most 1,000,000): byte stores with a stride. */
#include "kernel.h"

static u8 composite[1000001];

KERNEL u32 run(u32 n) {
  u32 count = 0;
  for (u32 i = 0; i <= n; i++) composite[i] = 0;
  for (u32 i = 2; i <= n; i++) {
    if (composite[i]) continue;
    count++;
    if ((u64)i * i > n) continue;
    for (u32 j = i * i; j <= n; j += i) composite[j] = 1;
  }
  return count;
}
