/* Things of which there is one each: a collection of numbered tokens.
 *
 *   init()                    the deployer mints
 *   mint(to) -> u64           the next number, from 1
 *   transfer(to, id)          by the owner of the thing, or by whom it approved
 *   approve(spender, id)      the zero address takes an approval back
 *   owner_of(id) -> address   view
 *   balance_of(owner) -> u64  view
 */
#include "pyde.h"

/* Blake3 of the event signatures. */
static const u8 TRANSFER[32] = {/* Transfer(address,address,uint64) */
    0x7e, 0xde, 0x66, 0xb6, 0xcf, 0x2a, 0x59, 0x3f, 0x67, 0x2c, 0x37, 0x58, 0x9b, 0x72, 0x7d, 0x77,
    0xdc, 0x73, 0xa8, 0x39, 0x99, 0x7d, 0x95, 0x67, 0xa0, 0x94, 0x89, 0xcf, 0xdc, 0xe6, 0xe5, 0x32};
static const u8 APPROVAL[32] = {/* Approval(address,address,uint64) */
    0x5a, 0xab, 0xc9, 0xb1, 0x9c, 0x9e, 0xa4, 0xd6, 0xbe, 0x75, 0xf1, 0x28, 0x31, 0x6e, 0x0a, 0x16,
    0xe0, 0x1d, 0x1f, 0xc9, 0x5d, 0xd3, 0xa7, 0xce, 0x56, 0xfb, 0x3a, 0x04, 0xbd, 0xf1, 0x1a, 0xfa};

static address_t sender(void) {
  address_t caller;
  pyde_caller(&caller);
  return caller;
}

/* ---- storage -------------------------------------------------------------------------------- */

static address_t load_owner(u64 id) {
  address_t owner;
  PYDE_REQUIRE(pyde_sload_map1("owners", 6, &id, sizeof id, &owner, 32) == 32, "no such token");
  return owner;
}

static u64 load_balance(const address_t *owner) {
  u64 count = 0;
  pyde_sload_map1("balances", 8, owner, 32, &count, sizeof count);
  return count;
}

static void store_balance(const address_t *owner, u64 count) {
  pyde_sstore_map1("balances", 8, owner, 32, &count, sizeof count);
}

/* ---- the rules ------------------------------------------------------------------------------ */

static void emit(const u8 *signature, const address_t *a, const address_t *b, u64 id) {
  struct {
    u8 signature[32];
    address_t a, b;
  } topics;
  __builtin_memcpy(topics.signature, signature, 32);
  topics.a = *a;
  topics.b = *b;
  pyde_emit_event(&topics, 3, &id, sizeof id);
}

static void give(const address_t *from, const address_t *to, u64 id) {
  PYDE_REQUIRE(!address_is_zero(to), "transfer to the zero address");
  pyde_sstore_map1("owners", 6, &id, sizeof id, to, 32);
  store_balance(to, load_balance(to) + 1);
  emit(TRANSFER, from, to, id);
}

/* ---- entries -------------------------------------------------------------------------------- */

PYDE_EXPORT(init) {
  address_t minter;
  PYDE_REQUIRE(pyde_sload_scalar("minter", 6, &minter, 32) == PYDE_MISSING, "already initialized");
  minter = sender();
  pyde_sstore_scalar("minter", 6, &minter, 32);
}

PYDE_EXPORT(mint) {
  address_t to;
  PYDE_ARGS(to);
  address_t minter;
  const address_t caller = sender();
  PYDE_REQUIRE(pyde_sload_scalar("minter", 6, &minter, 32) == 32, "not initialized");
  PYDE_REQUIRE(address_equal(&minter, &caller), "only the minter may mint");
  u64 id = 0;
  pyde_sload_scalar("minted", 6, &id, sizeof id);
  id++;
  pyde_sstore_scalar("minted", 6, &id, sizeof id);
  const address_t nobody = {{0}};
  give(&nobody, &to, id);
  pyde_return(&id, sizeof id);
}

PYDE_EXPORT(transfer) {
  struct PYDE_PACKED {
    address_t to;
    u64 id;
  } args;
  PYDE_ARGS(args);
  const u64 id = args.id;
  const address_t owner = load_owner(id), caller = sender();
  if (!address_equal(&owner, &caller)) {
    address_t approved;
    PYDE_REQUIRE(pyde_sload_map1("approvals", 9, &id, sizeof id, &approved, 32) == 32 &&
                     address_equal(&approved, &caller),
                 "neither owner nor approved");
  }
  pyde_sdelete_map1("approvals", 9, &id, sizeof id);
  /* Taken before it is given: giving to oneself must change nothing. */
  store_balance(&owner, load_balance(&owner) - 1);
  give(&owner, &args.to, id);
}

PYDE_EXPORT(approve) {
  struct PYDE_PACKED {
    address_t spender;
    u64 id;
  } args;
  PYDE_ARGS(args);
  const u64 id = args.id;
  const address_t owner = load_owner(id), caller = sender();
  PYDE_REQUIRE(address_equal(&owner, &caller), "only the owner may approve");
  if (address_is_zero(&args.spender)) {
    pyde_sdelete_map1("approvals", 9, &id, sizeof id);
  } else {
    pyde_sstore_map1("approvals", 9, &id, sizeof id, &args.spender, 32);
  }
  emit(APPROVAL, &owner, &args.spender, id);
}

PYDE_EXPORT(owner_of) {
  u64 id;
  PYDE_ARGS(id);
  const address_t owner = load_owner(id);
  pyde_return(&owner, sizeof owner);
}

PYDE_EXPORT(balance_of) {
  address_t owner;
  PYDE_ARGS(owner);
  const u64 count = load_balance(&owner);
  pyde_return(&count, sizeof count);
}
