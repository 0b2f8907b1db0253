/* A proxy: one address and one storage, code that can be exchanged.
 *
 *   setup(code)                 whose code it runs; the deployer becomes the admin
 *   exchange(code)              admin only
 *   forward(function, args)     runs that function of the code on the proxy's own storage
 *   read(function, args)        the same for views
 *
 * The code sees the proxy's storage, address and money, and the same caller. Its fields live beside
 * the proxy's own, so their names must differ: the proxy calls its own proxy_code and proxy_admin.
 *
 * Why there is no proxy function of the same name for each function of the code: the chain refuses to
 * enter a function of one name twice at one address, and a delegate call keeps the address.
 */
#include "bump.h"
#include "call.h"
#include "pyde.h"

static address_t load(const char *field) {
  address_t address;
  PYDE_REQUIRE(pyde_sload_scalar(field, (i32)text_len(field), &address, 32) == 32,
               "not initialized");
  return address;
}

/* A Borsh string or bytes: a u32 length and the content. */
static u8 *take(u8 **at, const u8 *end, u32 *len) {
  PYDE_REQUIRE(end - *at >= 4, "arguments: wrong size");
  __builtin_memcpy(len, *at, 4);
  *at += 4;
  PYDE_REQUIRE(*len <= (u32)(end - *at), "arguments: wrong size");
  u8 *content = *at;
  *at += *len;
  return content;
}

/* Arguments go through as they came, the result goes back as it comes. */
static _Noreturn void run(void) {
  u32 size, fn_len, args_len;
  u8 *at = bump_calldata(&size);
  const u8 *end = at + size;
  const u8 *fn = take(&at, end, &fn_len);
  const u8 *args = take(&at, end, &args_len);
  PYDE_REQUIRE(at == end, "arguments: wrong size");
  const address_t code = load("proxy_code");
  call_result_len = CALL_BUFFER;
  call_settle(pyde_delegate_call(&code, fn, (i32)fn_len, args, (i32)args_len, ALL_GAS, call_result,
                                 &call_result_len));
  pyde_return(call_result, (i32)call_result_len);
}

PYDE_EXPORT(setup) {
  address_t code, known;
  PYDE_ARGS(code);
  PYDE_REQUIRE(pyde_sload_scalar("proxy_code", 10, &known, 32) == PYDE_MISSING,
               "already initialized");
  pyde_sstore_scalar("proxy_code", 10, &code, 32);
  pyde_caller(&known);
  pyde_sstore_scalar("proxy_admin", 11, &known, 32);
}

PYDE_EXPORT(exchange) {
  address_t code, caller;
  PYDE_ARGS(code);
  const address_t admin = load("proxy_admin");
  pyde_caller(&caller);
  PYDE_REQUIRE(address_equal(&admin, &caller), "only the admin may exchange the code");
  pyde_sstore_scalar("proxy_code", 10, &code, 32);
}

PYDE_EXPORT(forward) { run(); }
PYDE_EXPORT(read) { run(); }
