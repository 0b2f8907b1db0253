/* A vault that keeps tokens for their owners: calls between contracts, in the safe order.
 *
 *   init(token)          which token contract it serves
 *   deposit(amount)      takes tokens the caller approved before: token.transfer_from
 *   withdraw(amount)     gives them back: token.transfer
 *   balance_of(owner)    view: what the vault owes
 *   reserves()           view: what the vault has, asked of the token with a static call
 *
 * The books are changed before the other contract is called. Should the token ever call back, it
 * meets books that are already right; should it fail, its failure undoes them.
 */
#include "call.h"
#include "pyde.h"

#define AMOUNTS "deposits", 8

static u128 load_deposit(const address_t *owner) {
  u128 amount = 0;
  pyde_sload_map1(AMOUNTS, owner, 32, &amount, sizeof amount);
  return amount;
}

static void store_deposit(const address_t *owner, u128 amount) {
  pyde_sstore_map1(AMOUNTS, owner, 32, &amount, sizeof amount);
}

static address_t load_token(void) {
  address_t token;
  PYDE_REQUIRE(pyde_sload_scalar("token", 5, &token, sizeof token) == sizeof token,
               "not initialized");
  return token;
}

/* The token answers with one byte, 1. */
static void require_true(void) {
  PYDE_REQUIRE(call_result_len == 1 && call_result[0] == 1, "the token refused");
}

PYDE_EXPORT(init) {
  address_t token;
  PYDE_ARGS(token);
  address_t known;
  PYDE_REQUIRE(pyde_sload_scalar("token", 5, &known, sizeof known) == PYDE_MISSING,
               "already initialized");
  pyde_sstore_scalar("token", 5, &token, sizeof token);
}

PYDE_EXPORT(deposit) {
  u128 amount;
  PYDE_ARGS(amount);
  struct PYDE_PACKED {
    address_t from, to;
    u128 amount;
  } args;
  const address_t token = load_token();
  pyde_caller(&args.from);
  pyde_self_address(&args.to);
  args.amount = amount;
  const u128 before = load_deposit(&args.from);
  PYDE_REQUIRE(before + amount >= before, "the deposit would overflow");
  store_deposit(&args.from, before + amount);
  call_or_revert(&token, "transfer_from", &args, sizeof args);
  require_true();
}

PYDE_EXPORT(withdraw) {
  u128 amount;
  PYDE_ARGS(amount);
  struct PYDE_PACKED {
    address_t to;
    u128 amount;
  } args;
  const address_t token = load_token();
  pyde_caller(&args.to);
  args.amount = amount;
  const u128 before = load_deposit(&args.to);
  PYDE_REQUIRE(before >= amount, "more than was deposited");
  store_deposit(&args.to, before - amount);
  call_or_revert(&token, "transfer", &args, sizeof args);
  require_true();
}

PYDE_EXPORT(balance_of) {
  address_t owner;
  PYDE_ARGS(owner);
  const u128 amount = load_deposit(&owner);
  pyde_return(&amount, sizeof amount);
}

PYDE_EXPORT(reserves) {
  address_t self;
  const address_t token = load_token();
  pyde_self_address(&self);
  view_or_revert(&token, "balance_of", &self, sizeof self);
  pyde_return(call_result, (i32)call_result_len);
}
