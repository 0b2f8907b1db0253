/* Times run(n) as the host's own compiler built it: native N ROUNDS prints the checksum and the
   best processor time of a run in ns. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "kernel.h"

int main(int count, char **words) {
  u32 n = count > 1 ? (u32)strtoul(words[1], 0, 10) : 1;
  int rounds = count > 2 ? atoi(words[2]) : 5;
  long long best = -1;
  volatile u32 input = n;
  u32 sum = 0;
  for (int i = 0; i < rounds; i++) {
    struct timespec from, to;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    sum = run(input);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    long long took = (to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec;
    if (best < 0 || took < best) best = took;
  }
  printf("{\"checksum\": %u, \"best_ns\": %lld}\n", sum, best);
  return 0;
}
