/* n permutations of Keccak-f[1600]: 64-bit rotations over 25 lanes in memory. */
#include "kernel.h"

static const u64 constants[24] = {
    0x0000000000000001ULL, 0x0000000000008082ULL, 0x800000000000808aULL, 0x8000000080008000ULL,
    0x000000000000808bULL, 0x0000000080000001ULL, 0x8000000080008081ULL, 0x8000000000008009ULL,
    0x000000000000008aULL, 0x0000000000000088ULL, 0x0000000080008009ULL, 0x000000008000000aULL,
    0x000000008000808bULL, 0x800000000000008bULL, 0x8000000000008089ULL, 0x8000000000008003ULL,
    0x8000000000008002ULL, 0x8000000000000080ULL, 0x000000000000800aULL, 0x800000008000000aULL,
    0x8000000080008081ULL, 0x8000000000008080ULL, 0x0000000080000001ULL, 0x8000000080008008ULL};
static const int rotation[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                 27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
static const int lane[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                             15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
static u64 state[25];

static u64 rotl(u64 x, int by) { return (x << by) | (x >> (64 - by)); }

__attribute__((noinline)) static void permute(u64 *s) {
  u64 c[5];
  for (int round = 0; round < 24; round++) {
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) c[i] = s[i] ^ s[i + 5] ^ s[i + 10] ^ s[i + 15] ^ s[i + 20];
#pragma GCC unroll 5
    for (int i = 0; i < 5; i++) {
      u64 d = c[(i + 4) % 5] ^ rotl(c[(i + 1) % 5], 1);
#pragma GCC unroll 5
      for (int j = 0; j < 25; j += 5) s[j + i] ^= d;
    }
    u64 t = s[1];
#pragma GCC unroll 24
    for (int i = 0; i < 24; i++) {
      u64 next = s[lane[i]];
      s[lane[i]] = rotl(t, rotation[i]);
      t = next;
    }
#pragma GCC unroll 5
    for (int j = 0; j < 25; j += 5) {
#pragma GCC unroll 5
      for (int i = 0; i < 5; i++) c[i] = s[j + i];
#pragma GCC unroll 5
      for (int i = 0; i < 5; i++) s[j + i] = c[i] ^ (~c[(i + 1) % 5] & c[(i + 2) % 5]);
    }
    s[0] ^= constants[round];
  }
}

KERNEL u32 run(u32 n) {
  for (int i = 0; i < 25; i++) state[i] = (u64)i;
  for (u32 i = 0; i < n; i++) permute(state);
  return (u32)(state[0] ^ (state[0] >> 32));
}
