/* n blocks of SHA-256: 32-bit rotations, a message schedule in memory. */
#include "kernel.h"

static const u32 k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static u32 w[64];
static u32 h[8];

static u32 ror(u32 x, int by) { return (x >> by) | (x << (32 - by)); }

__attribute__((noinline)) static void compress(void) {
#pragma clang loop unroll(disable)
  for (int i = 16; i < 64; i++) {
    u32 a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (ror(a, 7) ^ ror(a, 18) ^ (a >> 3)) + w[i - 7] +
           (ror(b, 17) ^ ror(b, 19) ^ (b >> 10));
  }
  u32 s0 = h[0], s1 = h[1], s2 = h[2], s3 = h[3], s4 = h[4], s5 = h[5], s6 = h[6], s7 = h[7];
#pragma clang loop unroll(disable)
  for (int i = 0; i < 64; i++) {
    u32 t = s7 + (ror(s4, 6) ^ ror(s4, 11) ^ ror(s4, 25)) + ((s4 & s5) ^ (~s4 & s6)) + k[i] + w[i];
    u32 u = (ror(s0, 2) ^ ror(s0, 13) ^ ror(s0, 22)) + ((s0 & s1) ^ (s0 & s2) ^ (s1 & s2));
    s7 = s6, s6 = s5, s5 = s4, s4 = s3 + t, s3 = s2, s2 = s1, s1 = s0, s0 = t + u;
  }
  h[0] += s0, h[1] += s1, h[2] += s2, h[3] += s3, h[4] += s4, h[5] += s5, h[6] += s6, h[7] += s7;
}

KERNEL u32 run(u32 n) {
  static const u32 start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (int i = 0; i < 8; i++) h[i] = start[i];
  for (u32 b = 0; b < n; b++) {
    for (int i = 0; i < 16; i++) w[i] = b * 16 + (u32)i;
    compress();
  }
  return h[0] ^ h[7];
}
