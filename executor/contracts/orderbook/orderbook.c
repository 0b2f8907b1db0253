/* An order book: tokens are offered at a price in the native coin, the cheapest is sold first.
 *
 *   init(token)                      which token contract is traded
 *   sell(amount, price) -> u64       takes the tokens in; the price is that of one token
 *   buy(amount) -> u64               payable: takes from the cheapest offers, at most `amount`
 *                                    tokens and what the money buys; the rest comes back
 *   cancel(id)                       by the seller: what is left comes back
 *   best() -> u64                    view: the lowest price; 0 when nothing is offered
 *
 * Offers are a list in storage, cheapest first, older before newer at the same price. A walk along it
 * is bounded, so that nobody can make it too long to be walked. Amounts and prices have 64 bits here:
 * their products are checked, and no library is needed to multiply and divide.
 */
#include "call.h"
#include "pyde.h"

#define MAX_OFFERS 64
#define MAX_WORTH (1ull << 62)

/* Blake3 of the event signatures. */
static const u8 OFFERED[32] = {/* Offered(uint64,address,uint64,uint64) */
    0x55, 0xb8, 0xd0, 0x45, 0xce, 0xb1, 0xa5, 0x08, 0xae, 0x80, 0x71, 0xaa, 0x9d, 0x50, 0xc5, 0x9d,
    0x3e, 0x4a, 0x2c, 0xe6, 0x0f, 0x03, 0x14, 0x4f, 0x08, 0x05, 0x8c, 0xd0, 0xe6, 0xe7, 0xf8, 0x62};
static const u8 SOLD[32] = {/* Sold(uint64,address,uint64,uint64) */
    0xc4, 0x0d, 0xe1, 0xb9, 0xcc, 0x19, 0x94, 0xcb, 0xa8, 0x14, 0x27, 0xdb, 0xa8, 0x89, 0x27, 0xe7,
    0x0b, 0x1b, 0xa7, 0x33, 0x2d, 0x35, 0x52, 0x89, 0x51, 0xc4, 0xce, 0x20, 0xb6, 0x64, 0x2e, 0xd1};

/* What is stored of an offer: a struct is stored as bytes, with its length in front. `next` is the
 * offer behind it, or 0. */
typedef struct PYDE_PACKED {
  u32 length;
  address_t seller;
  u64 amount, price, next;
} offer_t;

/* ---- storage -------------------------------------------------------------------------------- */

static address_t load_token(void) {
  address_t token;
  PYDE_REQUIRE(pyde_sload_scalar("token", 5, &token, 32) == 32, "not initialized");
  return token;
}

static u64 load_number(const char *field, i32 len) {
  u64 number = 0;
  pyde_sload_scalar(field, len, &number, sizeof number);
  return number;
}

static void store_number(const char *field, i32 len, u64 number) {
  pyde_sstore_scalar(field, len, &number, sizeof number);
}

static offer_t load(u64 id) {
  offer_t offer;
  PYDE_REQUIRE(pyde_sload_map1("offers", 6, &id, sizeof id, &offer, sizeof offer) == sizeof offer,
               "no such offer");
  return offer;
}

static void store(u64 id, const offer_t *offer) {
  pyde_sstore_map1("offers", 6, &id, sizeof id, offer, sizeof *offer);
}

/* Puts `id` behind the offer `before`, or first. */
static void link(u64 before, u64 id) {
  if (before == 0) {
    store_number("first", 5, id);
  } else {
    offer_t offer = load(before);
    offer.next = id;
    store(before, &offer);
  }
}

/* ---- tokens and money ----------------------------------------------------------------------- */

static void take_tokens(const address_t *from, u64 amount) {
  struct PYDE_PACKED {
    address_t from, to;
    u128 amount;
  } args;
  const address_t token = load_token();
  args.from = *from;
  pyde_self_address(&args.to);
  args.amount = amount;
  call_or_revert(&token, "transfer_from", &args, sizeof args);
  PYDE_REQUIRE(call_result_len == 1 && call_result[0] == 1, "the token refused");
}

static void give_tokens(const address_t *to, u64 amount) {
  struct PYDE_PACKED {
    address_t to;
    u128 amount;
  } args;
  const address_t token = load_token();
  args.to = *to;
  args.amount = amount;
  call_or_revert(&token, "transfer", &args, sizeof args);
  PYDE_REQUIRE(call_result_len == 1 && call_result[0] == 1, "the token refused");
}

static void pay(const address_t *to, u64 money) {
  const u128 amount = money;
  if (money > 0) PYDE_REQUIRE(pyde_transfer(to, &amount) == PYDE_OK, "the payment failed");
}

static void emit(const u8 *signature, u64 id, const address_t *who, u64 amount, u64 price) {
  struct {
    u8 signature[32];
    u8 id[32];
    address_t who;
  } topics = {{0}, {0}, {{0}}};
  __builtin_memcpy(topics.signature, signature, 32);
  __builtin_memcpy(topics.id, &id, sizeof id);
  topics.who = *who;
  const u64 data[2] = {amount, price};
  pyde_emit_event(&topics, 3, data, sizeof data);
}

/* ---- entries -------------------------------------------------------------------------------- */

PYDE_EXPORT(init) {
  address_t token, known;
  PYDE_ARGS(token);
  PYDE_REQUIRE(pyde_sload_scalar("token", 5, &known, 32) == PYDE_MISSING, "already initialized");
  pyde_sstore_scalar("token", 5, &token, 32);
}

PYDE_EXPORT(sell) {
  struct PYDE_PACKED {
    u64 amount, price;
  } args;
  PYDE_ARGS(args);
  PYDE_REQUIRE(args.amount > 0 && args.price > 0, "amount and price are above 0");
  PYDE_REQUIRE(args.amount <= MAX_WORTH / args.price, "the offer is worth too much");
  offer_t offer = {.length = sizeof offer - 4};
  pyde_caller(&offer.seller);
  offer.amount = args.amount;
  offer.price = args.price;
  u64 before = 0, after = load_number("first", 5);
  for (u32 walked = 0; after != 0; walked++) {
    PYDE_REQUIRE(walked < MAX_OFFERS, "too many cheaper offers");
    const offer_t there = load(after);
    if (there.price > offer.price) break;
    before = after;
    after = there.next;
  }
  const u64 id = load_number("offered", 7) + 1;
  store_number("offered", 7, id);
  offer.next = after;
  store(id, &offer);
  link(before, id);
  emit(OFFERED, id, &offer.seller, offer.amount, offer.price);
  take_tokens(&offer.seller, offer.amount);
  pyde_return(&id, sizeof id);
}

PYDE_EXPORT(buy) {
  u64 wanted;
  PYDE_ARGS(wanted);
  address_t buyer;
  u128 value;
  pyde_caller(&buyer);
  pyde_tx_value(&value);
  u64 money = (u64)value, bought = 0;
  PYDE_REQUIRE(money == value, "more money than 64 bits");
  u64 id = load_number("first", 5);
  while (id != 0 && bought < wanted) {
    offer_t offer = load(id);
    const u64 affordable = money / offer.price;
    u64 part = wanted - bought < offer.amount ? wanted - bought : offer.amount;
    part = part < affordable ? part : affordable;
    if (part == 0) break;
    const u64 next = offer.next;
    money -= part * offer.price;
    bought += part;
    offer.amount -= part;
    if (offer.amount == 0) {
      pyde_sdelete_map1("offers", 6, &id, sizeof id);
      store_number("first", 5, next);
    } else {
      store(id, &offer);
    }
    pay(&offer.seller, part * offer.price);
    emit(SOLD, id, &buyer, part, offer.price);
    if (offer.amount > 0) break;
    id = next;
  }
  pay(&buyer, money);
  if (bought > 0) give_tokens(&buyer, bought);
  pyde_return(&bought, sizeof bought);
}

PYDE_EXPORT(cancel) {
  u64 id;
  PYDE_ARGS(id);
  const offer_t offer = load(id);
  address_t caller;
  pyde_caller(&caller);
  PYDE_REQUIRE(address_equal(&offer.seller, &caller), "only the seller may cancel");
  u64 before = 0, at = load_number("first", 5);
  for (u32 walked = 0; at != id; walked++) {
    PYDE_REQUIRE(walked < MAX_OFFERS && at != 0, "too many cheaper offers");
    before = at;
    at = load(at).next;
  }
  link(before, offer.next);
  pyde_sdelete_map1("offers", 6, &id, sizeof id);
  give_tokens(&offer.seller, offer.amount);
}

PYDE_EXPORT(best) {
  const u64 first = load_number("first", 5);
  const u64 price = first == 0 ? 0 : load(first).price;
  pyde_return(&price, sizeof price);
}
