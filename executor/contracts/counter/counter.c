/* A counter with an owner: the smallest contract with a constructor, a view and an event.
 *
 * It uses storage by name: the chain derives the slots from the schema in otigen.toml.
 */
#include "pyde.h"

/* Blake3 of Counted(address,uint64); `tidemill contract abi counter.wasm` prints it. */
static const u8 COUNTED[32] = {
    0xb5, 0xd5, 0x4a, 0x31, 0x0f, 0x11, 0x63, 0xe6, 0x6e, 0x86, 0xd3, 0xea, 0xb0, 0xab, 0x6a, 0xaa,
    0x6b, 0x79, 0x1f, 0xb4, 0x80, 0x96, 0x73, 0x44, 0xbf, 0xea, 0x7e, 0x97, 0xb0, 0x13, 0x6e, 0xc4};

static u64 load_count(void) {
  u64 count = 0;
  pyde_sload_scalar("count", 5, &count, sizeof count);
  return count;
}

static _Noreturn void count_to(u64 count) {
  pyde_sstore_scalar("count", 5, &count, sizeof count);
  struct {
    u8 signature[32];
    address_t who;
  } topics;
  __builtin_memcpy(topics.signature, COUNTED, 32);
  pyde_caller(&topics.who);
  pyde_emit_event(&topics, 2, &count, sizeof count);
  pyde_return(&count, sizeof count);
}

static void only_owner(void) {
  address_t owner, caller;
  PYDE_REQUIRE(pyde_sload_scalar("owner", 5, &owner, sizeof owner) == sizeof owner, "no owner");
  pyde_caller(&caller);
  PYDE_REQUIRE(address_equal(&owner, &caller), "only the owner may reset");
}

PYDE_EXPORT(init) {
  u64 start;
  PYDE_ARGS(start);
  address_t owner;
  PYDE_REQUIRE(pyde_sload_scalar("owner", 5, &owner, sizeof owner) == PYDE_MISSING,
               "already initialized");
  pyde_caller(&owner);
  pyde_sstore_scalar("owner", 5, &owner, sizeof owner);
  pyde_sstore_scalar("count", 5, &start, sizeof start);
}

PYDE_EXPORT(increment) { count_to(load_count() + 1); }

PYDE_EXPORT(add) {
  u64 amount;
  PYDE_ARGS(amount);
  const u64 count = load_count();
  PYDE_REQUIRE(count + amount >= count, "the count would overflow");
  count_to(count + amount);
}

PYDE_EXPORT(reset) {
  only_owner();
  count_to(0);
}

PYDE_EXPORT(get) {
  const u64 count = load_count();
  pyde_return(&count, sizeof count);
}
