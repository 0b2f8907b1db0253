/* A purse that several people hold: it pays when enough of them agree.
 *
 *   init(threshold, owners)        1 to 16 different owners
 *   fund()                         payable: anybody fills the purse
 *   propose(to, amount) -> u64     by an owner, who confirms by it
 *   confirm(id) -> bool            by another owner; true when it paid
 *   confirmations(id) -> u8        view
 */
#include "pyde.h"

#define MAX_OWNERS 16

/* Blake3 of the event signatures. */
static const u8 PROPOSED[32] = {/* Proposed(uint64,address,uint128) */
    0x6a, 0xaa, 0xc2, 0xa5, 0xda, 0x2a, 0x78, 0xe3, 0x27, 0xed, 0x9f, 0x1a, 0xd9, 0xf0, 0x62, 0xfc,
    0xcb, 0xcd, 0x3f, 0x24, 0x36, 0x0c, 0x82, 0x55, 0x09, 0xd0, 0x81, 0xa7, 0x91, 0xca, 0x86, 0x8f};
static const u8 PAID[32] = {/* Paid(uint64,address,uint128) */
    0xc5, 0xcf, 0x0a, 0x77, 0x0f, 0x19, 0x75, 0xbc, 0xfa, 0x33, 0x74, 0x27, 0x1e, 0x32, 0x53, 0x2d,
    0x56, 0x42, 0xf1, 0x28, 0x22, 0xcf, 0x3d, 0xf4, 0x72, 0xa9, 0x7e, 0x2b, 0xca, 0x27, 0x4c, 0x8c};

/* What is stored of a proposal: a struct is stored as bytes, with its length in front. The bits of
 * `agreed` are the owners' numbers. */
typedef struct PYDE_PACKED {
  u32 length;
  address_t to;
  u128 amount;
  u16 agreed;
  u8 paid;
} proposal_t;

static void emit(const u8 *signature, u64 id, const proposal_t *proposal) {
  struct {
    u8 signature[32];
    u8 id[32];
    address_t to;
  } topics = {{0}, {0}, {{0}}};
  __builtin_memcpy(topics.signature, signature, 32);
  __builtin_memcpy(topics.id, &id, sizeof id);
  topics.to = proposal->to;
  const u128 amount = proposal->amount;
  pyde_emit_event(&topics, 3, &amount, sizeof amount);
}

/* The number of the owner who calls. */
static u32 owner(void) {
  address_t caller;
  u8 number;
  pyde_caller(&caller);
  PYDE_REQUIRE(pyde_sload_map1("owners", 6, &caller, 32, &number, 1) == 1, "only owners may");
  return number;
}

static u8 load_threshold(void) {
  u8 threshold;
  PYDE_REQUIRE(pyde_sload_scalar("threshold", 9, &threshold, 1) == 1, "not initialized");
  return threshold;
}

static proposal_t load(u64 id) {
  proposal_t proposal;
  PYDE_REQUIRE(pyde_sload_map1("proposals", 9, &id, sizeof id, &proposal, sizeof proposal) ==
                   sizeof proposal,
               "no such proposal");
  return proposal;
}

static void store(u64 id, const proposal_t *proposal) {
  pyde_sstore_map1("proposals", 9, &id, sizeof id, proposal, sizeof *proposal);
}

/* Pays when enough agree; the books say so before the money moves. */
static u8 settle(u64 id, proposal_t *proposal) {
  const u8 enough = (u8)__builtin_popcount(proposal->agreed) >= load_threshold();
  proposal->paid = enough;
  store(id, proposal);
  if (enough) {
    const u128 amount = proposal->amount;
    PYDE_REQUIRE(pyde_transfer(&proposal->to, &amount) == PYDE_OK, "the purse has too little");
    emit(PAID, id, proposal);
  }
  return enough;
}

PYDE_EXPORT(init) {
  struct PYDE_PACKED {
    u8 threshold;
    u32 count;
    address_t owners[MAX_OWNERS];
  } args;
  const i32 size = pyde_calldata_size();
  PYDE_REQUIRE(size >= 5 && size <= (i32)sizeof args, "1 to 16 owners");
  pyde_calldata_copy(0, size, &args);
  PYDE_REQUIRE(size == 5 + 32 * (i32)args.count, "arguments: wrong size");
  u8 known;
  PYDE_REQUIRE(pyde_sload_scalar("threshold", 9, &known, 1) == PYDE_MISSING,
               "already initialized");
  PYDE_REQUIRE(args.threshold >= 1 && args.threshold <= args.count,
               "the threshold is from 1 to the number of owners");
  for (u8 i = 0; i < args.count; i++) {
    PYDE_REQUIRE(pyde_sload_map1("owners", 6, &args.owners[i], 32, &known, 1) == PYDE_MISSING,
                 "an owner is named twice");
    pyde_sstore_map1("owners", 6, &args.owners[i], 32, &i, 1);
  }
  pyde_sstore_scalar("threshold", 9, &args.threshold, 1);
}

PYDE_EXPORT(fund) {}

PYDE_EXPORT(propose) {
  struct PYDE_PACKED {
    address_t to;
    u128 amount;
  } args;
  PYDE_ARGS(args);
  const u32 by = owner();
  u64 id = 0;
  pyde_sload_scalar("proposed", 8, &id, sizeof id);
  id++;
  pyde_sstore_scalar("proposed", 8, &id, sizeof id);
  proposal_t proposal = {sizeof proposal - 4, args.to, args.amount, (u16)(1u << by), 0};
  emit(PROPOSED, id, &proposal);
  settle(id, &proposal);
  pyde_return(&id, sizeof id);
}

PYDE_EXPORT(confirm) {
  u64 id;
  PYDE_ARGS(id);
  const u32 by = owner();
  proposal_t proposal = load(id);
  PYDE_REQUIRE(!proposal.paid, "it is paid already");
  PYDE_REQUIRE((proposal.agreed & (1u << by)) == 0, "this owner has confirmed before");
  proposal.agreed |= (u16)(1u << by);
  const u8 paid = settle(id, &proposal);
  pyde_return(&paid, 1);
}

PYDE_EXPORT(confirmations) {
  u64 id;
  PYDE_ARGS(id);
  const proposal_t proposal = load(id);
  const u8 count = (u8)__builtin_popcount(proposal.agreed);
  pyde_return(&count, 1);
}
