/* n products of two 64 x 64 matrices of doubles: floats with canonical NaN. */
#include "kernel.h"

#define SIDE 64
static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];

KERNEL u32 run(u32 n) {
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) a[i][j] = i + j, b[i][j] = 2 * i - j;
  for (u32 r = 0; r < n; r++) {
    for (int i = 0; i < SIDE; i++)
      for (int j = 0; j < SIDE; j++) {
        double sum = 0;
        for (int x = 0; x < SIDE; x++) sum += a[i][x] * b[x][j];
        c[i][j] = sum;
      }
    a[0][0] = c[1][1] / 1000.0;
  }
  double total = 0;
  for (int i = 0; i < SIDE; i++) total += c[i][i];
  return (u32)(long long)total;
}
