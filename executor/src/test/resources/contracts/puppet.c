/* A contract that does what its calldata says, for tests of nested calls.
 *
 *   clang --target=wasm32 -std=c11 -Os -nostdlib -ffreestanding -fvisibility=hidden -mbulk-memory \
 *     -I contracts/include -c puppet.c -o puppet.o
 *   wasm-ld --no-entry --strip-all --stack-first -z stack-size=16384 puppet.o -o puppet.wasm
 *
 * A script is a sequence of steps:
 *   1 key32 n bytes[n]                                store
 *   2 key32                                           delete
 *   3 to32 amount16                                   transfer
 *   4 topic32 n bytes[n]                              emit
 *   5 kind target32 value16 gas8 fn n16 script[n]     call; kind 0 cross, 1 static, 2 delegate
 *   6 template32 salt32 value16 gas8 n16 script[n]    instantiate
 *   7                                                 revert with the log
 *   8                                                 trap
 *   9 amount8                                         burn
 *   10 key32                                          load
 *   11 of32                                           balance
 * Steps with a result append it (i32) to the log; calls append the length of what came back, a load
 * appends the value, a balance the 16 bytes of the amount. The log is what the contract returns.
 */
#include "pyde.h"

static u8 script[8192];
static u8 log_bytes[8192];
static u32 logged;
static u8 back[8192];

static void put(const void *bytes, u32 length) {
  if (logged + length > sizeof log_bytes) __builtin_trap();
  __builtin_memcpy(log_bytes + logged, bytes, length);
  logged += length;
}

static void put_u32(u32 value) { put(&value, 4); }

static const char NAMES[3][4] = {{'r', 'u', 'n', 0}, {'o', 'n', 'c', 'e'}, {'p', 'e', 'e', 'k'}};

static const u8 *call(const u8 *at) {
  const u8 kind = at[0], fn = at[57];
  const u8 *target = at + 1, *value = at + 33;
  i64 gas;
  __builtin_memcpy(&gas, at + 49, 8);
  const u32 length = at[58] | at[59] << 8, name = fn == 0 ? 3 : 4;
  u32 size = sizeof back;
  i32 code;
  if (kind == 0) {
    code = pyde_cross_call(target, NAMES[fn], name, at + 60, length, value, gas, back, &size);
  } else if (kind == 1) {
    code = pyde_cross_call_static(target, NAMES[fn], name, at + 60, length, gas, back, &size);
  } else {
    code = pyde_delegate_call(target, NAMES[fn], name, at + 60, length, gas, back, &size);
  }
  put_u32(code);
  put_u32(size);
  return at + 60 + length;
}

static const u8 *create(const u8 *at) {
  i64 gas;
  __builtin_memcpy(&gas, at + 80, 8);
  const u32 length = at[88] | at[89] << 8;
  u32 size = sizeof back;
  u8 child[32];
  put_u32(pyde_instantiate(at, at + 32, at + 90, length, at + 64, gas, child, back, &size));
  put_u32(size);
  return at + 90 + length;
}

static void perform(void) {
  const u32 length = pyde_calldata_size();
  pyde_calldata_copy(0, length, script);
  const u8 *at = script, *end = script + length;
  while (at < end) {
    switch (*at++) {
      case 1:
        pyde_sstore(at, at + 33, at[32]);
        at += 33 + at[32];
        break;
      case 2:
        pyde_sdelete(at);
        at += 32;
        break;
      case 3:
        put_u32(pyde_transfer(at, at + 32));
        at += 48;
        break;
      case 4:
        put_u32(pyde_emit_event(at, 1, at + 33, at[32]));
        at += 33 + at[32];
        break;
      case 5:
        at = call(at);
        break;
      case 6:
        at = create(at);
        break;
      case 7:
        pyde_revert(log_bytes, logged);
      case 8:
        __builtin_trap();
      case 9: {
        i64 amount;
        __builtin_memcpy(&amount, at, 8);
        put_u32(pyde_consume_gas(amount));
        at += 8;
        break;
      }
      case 10: {
        const i32 size = pyde_sload(at, back, 255);
        put_u32(size);
        if (size > 0) put(back, size);
        at += 32;
        break;
      }
      case 11:
        put_u32(pyde_balance(at, back));
        put(back, 16);
        at += 32;
        break;
      default:
        __builtin_trap();
    }
  }
  pyde_return(log_bytes, logged);
}

PYDE_EXPORT(init) { perform(); }
PYDE_EXPORT(run) { perform(); }
PYDE_EXPORT(once) { perform(); }
PYDE_EXPORT(peek) { perform(); }
