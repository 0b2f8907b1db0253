/* A factory of counters: contracts that create contracts.
 *
 * A child has the template's code and storage of its own. Its address depends on the factory, the
 * template and the salt alone, so it is known before the child exists.
 */
#include "call.h"
#include "pyde.h"

/* Blake3 of Created(bytes32,address). */
static const u8 CREATED[32] = {
    0x72, 0x32, 0xaf, 0x2e, 0x67, 0x6d, 0xe6, 0x32, 0x27, 0x32, 0x4f, 0x65, 0xaf, 0xfe, 0x8f, 0x0c,
    0x2a, 0x27, 0x5d, 0x06, 0x8c, 0x1e, 0x9e, 0xa6, 0x95, 0x3e, 0xf4, 0x53, 0x43, 0x2e, 0xb7, 0x4b};

static address_t load_template(void) {
  address_t template;
  PYDE_REQUIRE(pyde_sload_scalar("template", 8, &template, 32) == 32, "not initialized");
  return template;
}

PYDE_EXPORT(init) {
  address_t template, known;
  PYDE_ARGS(template);
  PYDE_REQUIRE(pyde_sload_scalar("template", 8, &known, 32) == PYDE_MISSING,
               "already initialized");
  pyde_sstore_scalar("template", 8, &template, 32);
}

PYDE_EXPORT(create) {
  struct PYDE_PACKED {
    u8 salt[32];
    u64 start;
  } args;
  PYDE_ARGS(args);
  const address_t template = load_template();
  const u128 endowment = 0;
  address_t child;
  call_result_len = CALL_BUFFER;
  const i32 code =
      pyde_instantiate(&template, args.salt, &args.start, sizeof args.start, &endowment, ALL_GAS,
                       &child, call_result, &call_result_len);
  PYDE_REQUIRE(code != PYDE_ERR_CHILD_OCCUPIED, "this salt was used before");
  PYDE_REQUIRE(code != PYDE_ERR_TEMPLATE_NOT_FOUND, "the template has no code");
  PYDE_REQUIRE(code == PYDE_OK, "the child could not be created");
  pyde_sstore_map1("children", 8, args.salt, 32, &child, 32);
  struct {
    u8 signature[32], salt[32];
  } topics;
  __builtin_memcpy(topics.signature, CREATED, 32);
  __builtin_memcpy(topics.salt, args.salt, 32);
  pyde_emit_event(&topics, 2, &child, sizeof child);
  pyde_return(&child, sizeof child);
}

/* The child's count, asked of the child itself. */
PYDE_EXPORT(count_of) {
  u8 salt[32];
  PYDE_ARGS(salt);
  address_t child;
  PYDE_REQUIRE(pyde_sload_map1("children", 8, salt, 32, &child, 32) == 32, "no such child");
  view_or_revert(&child, "get", "", 0);
  pyde_return(call_result, (i32)call_result_len);
}

/* Poseidon2("pyde-child:", self, template, salt): the same as the chain computes. */
PYDE_EXPORT(address_of) {
  struct PYDE_PACKED {
    u8 tag[11];
    address_t self, template;
    u8 salt[32];
  } preimage;
  __builtin_memcpy(preimage.tag, "pyde-child:", 11);
  preimage.template = load_template();
  pyde_self_address(&preimage.self);
  PYDE_ARGS(preimage.salt);
  address_t child;
  pyde_hash_poseidon2(&preimage, sizeof preimage, &child);
  pyde_return(&child, sizeof child);
}
