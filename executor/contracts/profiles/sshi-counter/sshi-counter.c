/* A counter for chains of the `sshi` profile.
 *
 *   call     input: a u64 to add; output: the new count; emits it under the caller's address
 *   query    output: the count
 */
#include "sshi.h"

static const u8 COUNT[32] = {'c', 'o', 'u', 'n', 't'};

static u64 load(void) {
  u64 count = 0;
  storage_read(COUNT, &count);
  return count;
}

SSHI_EXPORT(call) {
  u64 amount;
  if (input_size() != sizeof amount) revert("input: a u64", 12);
  input_copy(0, sizeof amount, &amount);
  const u64 before = load(), after = before + amount;
  if (after < before) revert("the count would overflow", 24);
  storage_write(COUNT, &after, sizeof after);
  u8 who[32];
  caller(who);
  emit(who, &after, sizeof after);
  output(&after, sizeof after);
}

SSHI_EXPORT(query) {
  const u64 count = load();
  output(&count, sizeof count);
}
