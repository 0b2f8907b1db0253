/* call.h: calls to other contracts, with the failure passed on.
 *
 * A callee that reverts leaves its reason in the return buffer; call_or_revert reverts with the same
 * bytes, so that the reason reaches whoever called first.
 */
#ifndef CALL_H
#define CALL_H

#include "pyde.h"

#define CALL_BUFFER 256
#define ALL_GAS (-1)

static u8 call_result[CALL_BUFFER];
static u32 call_result_len;

static inline u32 text_len(const char *text) {
  u32 len = 0;
  while (text[len]) len++;
  return len;
}

static inline void call_settle(i32 code) {
  if (code == PYDE_OK) return;
  if (code == PYDE_ERR_CALL_FAILED && call_result_len > 0) {
    const u32 len = call_result_len < CALL_BUFFER ? call_result_len : CALL_BUFFER;
    pyde_revert(call_result, (i32)len);
  }
  PYDE_REQUIRE(code != PYDE_ERR_CALL_OUT_OF_GAS, "the called contract ran out of gas");
  PYDE_REQUIRE(code != PYDE_ERR_REENTRANCY_BLOCKED, "the called function is already running");
  PYDE_REQUIRE(code != PYDE_ERR_UNKNOWN_FUNCTION, "the called contract has no such function");
  PYDE_FAIL("the call failed");
}

/* Calls fn at target without value; the result is in call_result. */
static inline void call_or_revert(const address_t *target, const char *fn, const void *args,
                                  u32 len) {
  const u128 nothing = 0;
  call_result_len = CALL_BUFFER;
  call_settle(pyde_cross_call(target, fn, (i32)text_len(fn), args, (i32)len, &nothing, ALL_GAS,
                              call_result, &call_result_len));
}

/* Calls a view. */
static inline void view_or_revert(const address_t *target, const char *fn, const void *args,
                                  u32 len) {
  call_result_len = CALL_BUFFER;
  call_settle(pyde_cross_call_static(target, fn, (i32)text_len(fn), args, (i32)len, ALL_GAS,
                                     call_result, &call_result_len));
}

#endif
