/* n inserts and look-ups in an open-addressed map of 2^14 slots: scattered memory. */
#include "kernel.h"

#define SLOTS (1u << 14)
struct entry {
  u64 key;
  u64 value;
};
static struct entry map[SLOTS];

static u32 find(u64 key) {
  u32 at = (u32)((key * 0x9E3779B97F4A7C15ULL) >> 50);
  while (map[at].key != 0 && map[at].key != key) at = (at + 1) & (SLOTS - 1);
  return at;
}

KERNEL u32 run(u32 n) {
  u64 x = 88172645463325252ULL, sum = 0;
  for (u32 i = 0; i < SLOTS; i++) map[i].key = 0, map[i].value = 0;
  for (u32 i = 0; i < n; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    u64 key = x % 12000 + 1;
    u32 at = find(key);
    map[at].key = key;
    map[at].value += i;
    sum += map[find(x % 9000 + 1)].value;
  }
  return (u32)(sum ^ (sum >> 32));
}
