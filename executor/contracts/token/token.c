/* A fungible token.
 *
 *   init(supply)                     the deployer owns everything
 *   transfer(to, amount) -> bool
 *   approve(spender, amount) -> bool
 *   transfer_from(from, to, amount) -> bool
 *   balance_of(owner) -> u128        view
 *   allowance(owner, spender) -> u128 view
 *   total_supply() -> u128           view
 *
 * Slots are those of the schema in otigen.toml: Poseidon2(self, field, keys). The contract
 * computes each slot once and uses it for the read and for the write; sload_map1 and sstore_map1
 * would hash it twice.
 */
#include "pyde.h"

/* Blake3 of the event signatures; `tidemill contract abi token.wasm` prints them as topic0. */
static const u8 TRANSFER[32] = {/* Transfer(address,address,uint128) */
    0x71, 0xfb, 0xa7, 0x2c, 0x00, 0x05, 0xdd, 0x55, 0xae, 0xa6, 0x88, 0x39, 0x23, 0x21, 0x92, 0x31,
    0x69, 0xfb, 0x06, 0xab, 0x0e, 0xc0, 0xc3, 0xe3, 0x30, 0x73, 0x1c, 0xa5, 0x97, 0x9f, 0x4d, 0xb9};
static const u8 APPROVAL[32] = {/* Approval(address,address,uint128) */
    0x67, 0xe2, 0xd7, 0x2e, 0x7a, 0x0b, 0xc8, 0xec, 0xfc, 0x47, 0x0c, 0xa1, 0x30, 0x1a, 0xec, 0xf0,
    0xd8, 0xb2, 0xf5, 0x22, 0x59, 0x1a, 0x9a, 0x7f, 0x3b, 0xee, 0xbe, 0x00, 0x62, 0xbe, 0xbe, 0x94};

typedef struct {
  u8 b[32];
} slot_t;

/* ---- slots -------------------------------------------------------------------------------- */

/* The bytes under the hash: self, the field's name, up to two addresses. */
static u8 preimage[32 + 16 + 64];

static slot_t slot_of(const char *field, u32 len, const address_t *k1, const address_t *k2) {
  slot_t slot;
  u8 *at = preimage;
  pyde_self_address(at);
  at += 32;
  __builtin_memcpy(at, field, len);
  at += len;
  if (k1) {
    __builtin_memcpy(at, k1, 32);
    at += 32;
  }
  if (k2) {
    __builtin_memcpy(at, k2, 32);
    at += 32;
  }
  pyde_hash_poseidon2(preimage, at - preimage, &slot);
  return slot;
}

static slot_t balance_slot(const address_t *owner) { return slot_of("balances", 8, owner, 0); }

static slot_t allowance_slot(const address_t *owner, const address_t *spender) {
  return slot_of("allowances", 10, owner, spender);
}

static slot_t supply_slot(void) { return slot_of("total_supply", 12, 0, 0); }

/* An amount that was never written is zero. */
static u128 load(const slot_t *slot) {
  u128 amount = 0;
  pyde_sload(slot, &amount, sizeof amount);
  return amount;
}

static void store(const slot_t *slot, u128 amount) { pyde_sstore(slot, &amount, sizeof amount); }

/* ---- the rules of the token --------------------------------------------------------------- */

static void emit(const u8 *topic, const address_t *a, const address_t *b, u128 amount) {
  struct {
    u8 signature[32];
    address_t a, b;
  } topics;
  __builtin_memcpy(topics.signature, topic, 32);
  topics.a = *a;
  topics.b = *b;
  pyde_emit_event(&topics, 3, &amount, sizeof amount);
}

static void move(const address_t *from, const address_t *to, u128 amount) {
  PYDE_REQUIRE(!address_is_zero(to), "transfer to the zero address");
  const slot_t source = balance_slot(from);
  const u128 had = load(&source);
  PYDE_REQUIRE(had >= amount, "insufficient balance");
  /* Write the source before the target is read: moving to oneself must change nothing. */
  store(&source, had - amount);
  const slot_t target = balance_slot(to);
  store(&target, load(&target) + amount); /* no overflow: the supply fits in 128 bits */
  emit(TRANSFER, from, to, amount);
}

static _Noreturn void answer_true(void) {
  const u8 yes = 1;
  pyde_return(&yes, 1);
}

/* ---- entries ------------------------------------------------------------------------------ */

PYDE_EXPORT(init) {
  u128 supply;
  PYDE_ARGS(supply);
  const slot_t total = supply_slot();
  u128 before;
  PYDE_REQUIRE(pyde_sload(&total, &before, sizeof before) == PYDE_MISSING, "already initialized");
  address_t owner;
  pyde_caller(&owner);
  store(&total, supply);
  const slot_t balance = balance_slot(&owner);
  store(&balance, supply);
  const address_t nobody = {{0}};
  emit(TRANSFER, &nobody, &owner, supply);
}

PYDE_EXPORT(transfer) {
  struct PYDE_PACKED {
    address_t to;
    u128 amount;
  } args;
  PYDE_ARGS(args);
  address_t from;
  pyde_caller(&from);
  move(&from, &args.to, args.amount);
  answer_true();
}

PYDE_EXPORT(approve) {
  struct PYDE_PACKED {
    address_t spender;
    u128 amount;
  } args;
  PYDE_ARGS(args);
  address_t owner;
  pyde_caller(&owner);
  const slot_t slot = allowance_slot(&owner, &args.spender);
  store(&slot, args.amount);
  emit(APPROVAL, &owner, &args.spender, args.amount);
  answer_true();
}

PYDE_EXPORT(transfer_from) {
  struct PYDE_PACKED {
    address_t from, to;
    u128 amount;
  } args;
  PYDE_ARGS(args);
  address_t spender;
  pyde_caller(&spender);
  const slot_t slot = allowance_slot(&args.from, &spender);
  const u128 allowed = load(&slot);
  PYDE_REQUIRE(allowed >= args.amount, "insufficient allowance");
  store(&slot, allowed - args.amount);
  move(&args.from, &args.to, args.amount);
  answer_true();
}

PYDE_EXPORT(balance_of) {
  address_t owner;
  PYDE_ARGS(owner);
  const slot_t slot = balance_slot(&owner);
  const u128 amount = load(&slot);
  pyde_return(&amount, sizeof amount);
}

PYDE_EXPORT(allowance) {
  struct PYDE_PACKED {
    address_t owner, spender;
  } args;
  PYDE_ARGS(args);
  const slot_t slot = allowance_slot(&args.owner, &args.spender);
  const u128 amount = load(&slot);
  pyde_return(&amount, sizeof amount);
}

PYDE_EXPORT(total_supply) {
  const slot_t slot = supply_slot();
  const u128 amount = load(&slot);
  pyde_return(&amount, sizeof amount);
}
