/* A counter for chains of the `aether` profile: execute adds the u64 of its input, or 1 without
 * input, and returns the new count. 1: malformed input. 2: the count would overflow.
 */
#include "aether.h"

AETHER_EXECUTE {
  u64 amount = 1, count = 0;
  const i32 size = input_size();
  if (size != 0) {
    if (size != sizeof amount) return 1;
    input_copy(0, sizeof amount, &amount);
  }
  storage_read("count", 5, &count, sizeof count);
  if (count + amount < count) return 2;
  count += amount;
  storage_write("count", 5, &count, sizeof count);
  set_return(&count, sizeof count);
  return 0;
}
