/* pyde.h: every function a contract may import, for C compiled to wasm32.
 *
 * How a contract looks from the outside
 *   - Each callable function is exported with the type () -> (). Its arguments are pulled with
 *     calldata_size and calldata_copy; they are Borsh values, one after the other, nothing else.
 *   - A result goes out through pyde_return (one Borsh value). A failure goes out through
 *     pyde_revert (any bytes, by custom a readable reason). Neither of them comes back.
 *   - Every call starts with fresh memory: what has to survive belongs in storage.
 *
 * Rules that hold for every function
 *   - Pointers are offsets into the contract's own memory. A range outside of it is a trap.
 *   - Integers are little-endian. Addresses, slots and hashes are 32 bytes; amounts 16 bytes.
 *   - Results below zero are the codes PYDE_ERR_*; zero is success.
 *   - In a function marked `view`, whatever changes state returns PYDE_ERR_FORBIDDEN, or traps
 *     where it has no result.
 *   - Buffers for variable results take the capacity in *len and leave the true length there.
 *
 * Two generations of the interface exist under the same import names. The chain tells them apart by
 * the declared type, so a contract may use either, or both. The current one comes first; the older
 * one is at the end, with the suffix _v0. What a contract does not call it does not import.
 */
#ifndef PYDE_H
#define PYDE_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned __int128 u128;
typedef signed int i32;
typedef signed long long i64;

#define PYDE_IMPORT(name) __attribute__((import_module("pyde"), import_name(name)))

/* Marks a function as callable from outside. It must also be declared in otigen.toml. */
#define PYDE_EXPORT(name) __attribute__((export_name(#name))) void name(void)

/* ---- result codes ------------------------------------------------------------------------- */
#define PYDE_OK 0
#define PYDE_ERR_INVALID_INPUT (-1)
#define PYDE_MISSING (-1) /* of sload and the typed loads */
#define PYDE_ERR_INSUFFICIENT_BALANCE (-3)
#define PYDE_ERR_FORBIDDEN (-5)
#define PYDE_ERR_BUFFER_TOO_SMALL (-7)
#define PYDE_ERR_INVALID_ADDRESS (-8)
#define PYDE_ERR_REENTRANCY_BLOCKED (-9)
#define PYDE_ERR_CALL_FAILED (-10)
#define PYDE_ERR_CALL_OUT_OF_GAS (-11)
#define PYDE_ERR_NOT_PAYABLE (-12)
#define PYDE_ERR_UNKNOWN_FUNCTION (-13)
#define PYDE_ERR_RATE_LIMITED (-14)
#define PYDE_ERR_CIPHERTEXT_INVALID (-16)
#define PYDE_ERR_SIGNATURE_INVALID (-17)
#define PYDE_ERR_NO_SCHEMA (-30)
#define PYDE_ERR_UNKNOWN_FIELD (-31)
#define PYDE_ERR_FIELD_KIND (-32)
#define PYDE_ERR_KEY_LENGTH (-33)
#define PYDE_ERR_VALUE_LENGTH (-34)
#define PYDE_ERR_CONSTRUCTOR_REVERTED (-40)
#define PYDE_ERR_TEMPLATE_NOT_FOUND (-43)
#define PYDE_ERR_CHILD_OCCUPIED (-44)
#define PYDE_ERR_CONSTRUCTOR_MISMATCH (-45)
#define PYDE_ERR_PREFIX_COLLISION (-46)
#define PYDE_ERR_TOO_MANY_CHILDREN (-48)

/* ---- storage by slot: any 32 bytes name a slot of this contract ---------------------------- */

/* Copies at most max bytes of the value; the result is its true length, or PYDE_MISSING. */
PYDE_IMPORT("sload") i32 pyde_sload(const void *slot, void *out, i32 max);
/* Writes 0 to 16,384 bytes. */
PYDE_IMPORT("sstore") void pyde_sstore(const void *slot, const void *value, i32 len);
PYDE_IMPORT("sdelete") void pyde_sdelete(const void *slot);

/* ---- storage by name: fields of [state] in otigen.toml -------------------------------------
 * The slot is Poseidon2(self, field, keys...). Keys: integers little-endian at full width, bool
 * one byte, address and hash32 raw, bytes and string with a u32 length in front. */
PYDE_IMPORT("sload_scalar")
i32 pyde_sload_scalar(const void *f, i32 flen, void *out, i32 max);
PYDE_IMPORT("sstore_scalar")
i32 pyde_sstore_scalar(const void *f, i32 flen, const void *v, i32 vlen);
PYDE_IMPORT("sdelete_scalar")
i32 pyde_sdelete_scalar(const void *f, i32 flen);

PYDE_IMPORT("sload_map1")
i32 pyde_sload_map1(const void *f, i32 flen, const void *k, i32 klen, void *out, i32 max);
PYDE_IMPORT("sstore_map1")
i32 pyde_sstore_map1(const void *f, i32 flen, const void *k, i32 klen, const void *v, i32 vlen);
PYDE_IMPORT("sdelete_map1")
i32 pyde_sdelete_map1(const void *f, i32 flen, const void *k, i32 klen);

PYDE_IMPORT("sload_map2")
i32 pyde_sload_map2(const void *f, i32 flen, const void *k1, i32 k1len, const void *k2, i32 k2len,
                    void *out, i32 max);
PYDE_IMPORT("sstore_map2")
i32 pyde_sstore_map2(const void *f, i32 flen, const void *k1, i32 k1len, const void *k2, i32 k2len,
                     const void *v, i32 vlen);
PYDE_IMPORT("sdelete_map2")
i32 pyde_sdelete_map2(const void *f, i32 flen, const void *k1, i32 k1len, const void *k2,
                      i32 k2len);

PYDE_IMPORT("sload_map3")
i32 pyde_sload_map3(const void *f, i32 flen, const void *k1, i32 k1len, const void *k2, i32 k2len,
                    const void *k3, i32 k3len, void *out, i32 max);
PYDE_IMPORT("sstore_map3")
i32 pyde_sstore_map3(const void *f, i32 flen, const void *k1, i32 k1len, const void *k2, i32 k2len,
                     const void *k3, i32 k3len, const void *v, i32 vlen);
PYDE_IMPORT("sdelete_map3")
i32 pyde_sdelete_map3(const void *f, i32 flen, const void *k1, i32 k1len, const void *k2,
                      i32 k2len, const void *k3, i32 k3len);

/* ---- native money ------------------------------------------------------------------------- */
PYDE_IMPORT("balance") i32 pyde_balance(const void *address, void *out16);
/* Pays from this contract. Never runs code of the recipient. */
PYDE_IMPORT("transfer") i32 pyde_transfer(const void *to, const void *amount16);

/* ---- who, when, how much ------------------------------------------------------------------ */
PYDE_IMPORT("caller") i32 pyde_caller(void *out32);
PYDE_IMPORT("origin") i32 pyde_origin(void *out32);
PYDE_IMPORT("self_address") i32 pyde_self_address(void *out32);
PYDE_IMPORT("wave_id") u64 pyde_wave_id(void);
PYDE_IMPORT("wave_timestamp") u64 pyde_wave_timestamp(void); /* seconds */
PYDE_IMPORT("chain_id") u64 pyde_chain_id(void);
PYDE_IMPORT("tx_hash") void pyde_tx_hash(void *out32);
PYDE_IMPORT("tx_value") void pyde_tx_value(void *out16);
PYDE_IMPORT("tx_gas_remaining") u64 pyde_tx_gas_remaining(void);

/* ---- arguments, result, failure ----------------------------------------------------------- */
PYDE_IMPORT("calldata_size") i32 pyde_calldata_size(void);
/* PYDE_ERR_INVALID_INPUT when offset + len is more than the calldata. */
PYDE_IMPORT("calldata_copy") i32 pyde_calldata_copy(i32 offset, i32 len, void *out);
PYDE_IMPORT("return") _Noreturn void pyde_return(const void *data, i32 len);
PYDE_IMPORT("revert") _Noreturn void pyde_revert(const void *data, i32 len);

/* ---- events, hashes, signatures ----------------------------------------------------------- */

/* 1 to 4 topics of 32 bytes each, one after the other; at most 8,192 bytes of data. */
PYDE_IMPORT("emit_event")
i32 pyde_emit_event(const void *topics, i32 count, const void *data, i32 len);
PYDE_IMPORT("hash_blake3") void pyde_hash_blake3(const void *in, i32 len, void *out32);
PYDE_IMPORT("hash_poseidon2") void pyde_hash_poseidon2(const void *in, i32 len, void *out32);
PYDE_IMPORT("hash_keccak256") void pyde_hash_keccak256(const void *in, i32 len, void *out32);
/* The key is 897 bytes. 0 when the signature is valid. */
PYDE_IMPORT("falcon_verify")
i32 pyde_falcon_verify(const void *key, const void *msg, i32 mlen, const void *sig, i32 slen);

/* ---- other contracts ----------------------------------------------------------------------
 * A negative gas forwards all that is left. After 0 and PYDE_ERR_CALL_FAILED the buffer holds what
 * the other side returned or reverted with. */
PYDE_IMPORT("cross_call")
i32 pyde_cross_call(const void *target, const void *fn, i32 fnlen, const void *calldata, i32 cdlen,
                    const void *value16, i64 gas, void *ret, u32 *retlen);
PYDE_IMPORT("cross_call_static")
i32 pyde_cross_call_static(const void *target, const void *fn, i32 fnlen, const void *calldata,
                           i32 cdlen, i64 gas, void *ret, u32 *retlen);
/* Runs the other contract's code on this contract's storage, identity and money. */
PYDE_IMPORT("delegate_call")
i32 pyde_delegate_call(const void *target, const void *fn, i32 fnlen, const void *calldata,
                       i32 cdlen, i64 gas, void *ret, u32 *retlen);
/* A new contract with the code of `template`, at Poseidon2("pyde-child:", self, template, salt). */
PYDE_IMPORT("instantiate")
i32 pyde_instantiate(const void *template, const void *salt32, const void *init, i32 initlen,
                     const void *value16, i64 gas, void *child_out32, void *ret, u32 *retlen);

/* ---- gas and chance ----------------------------------------------------------------------- */
PYDE_IMPORT("consume_gas") i32 pyde_consume_gas(i64 amount);
PYDE_IMPORT("beacon_get") i32 pyde_beacon_get(void *out32);

/* ---- only in modules deployed as a parachain ----------------------------------------------- */
PYDE_IMPORT("parachain_storage_read")
i32 pyde_parachain_storage_read(const void *k, i32 klen, void *out, u32 *outlen);
PYDE_IMPORT("parachain_storage_write")
i32 pyde_parachain_storage_write(const void *k, i32 klen, const void *v, i32 vlen);
PYDE_IMPORT("parachain_storage_delete") i32 pyde_parachain_storage_delete(const void *k, i32 klen);
PYDE_IMPORT("parachain_id") i32 pyde_parachain_id(void *out32);
PYDE_IMPORT("parachain_version") i32 pyde_parachain_version(void);
PYDE_IMPORT("parachain_emit_event")
i32 pyde_parachain_emit_event(const void *topics, i32 count, const void *data, i32 len);
PYDE_IMPORT("send_xparachain_message")
i64 pyde_send_xparachain_message(const void *target, const void *msg, i32 mlen, const void *cb,
                                 i32 cblen, i64 max_cb_gas, i64 timeout_waves);
PYDE_IMPORT("threshold_encrypt")
i32 pyde_threshold_encrypt(const void *pt, i32 len, void *ct, u32 *ctlen);
PYDE_IMPORT("threshold_decrypt")
i32 pyde_threshold_decrypt(const void *ct, i32 ctlen, void *pt, u32 *ptlen);

/* ---- only under `tidemill contract test`; refused on every chain --------------------------- */
PYDE_IMPORT("debug_log") void pyde_debug_log(const void *text, i32 len);

/* ---- the older generation ------------------------------------------------------------------
 * Fixed 32-byte values; sload of a missing slot gives zeros and 0. */
PYDE_IMPORT("sload") i32 pyde_sload_v0(const void *slot, void *out32);
PYDE_IMPORT("sstore") i32 pyde_sstore_v0(const void *slot, const void *value32);
PYDE_IMPORT("sdelete") i32 pyde_sdelete_v0(const void *slot);
PYDE_IMPORT("balance") void pyde_balance_v0(const void *address, void *out16);
PYDE_IMPORT("block_height") u64 pyde_block_height_v0(void);
PYDE_IMPORT("block_timestamp") u64 pyde_block_timestamp_v0(void);
PYDE_IMPORT("tx_hash") i32 pyde_tx_hash_v0(void *out32);
PYDE_IMPORT("tx_value") i32 pyde_tx_value_v0(void *out16);
PYDE_IMPORT("calldata_copy") i32 pyde_calldata_copy_v0(void *out, u32 *len);
PYDE_IMPORT("hash_blake3") i32 pyde_hash_blake3_v0(const void *in, i32 len, void *out32);
PYDE_IMPORT("hash_poseidon2") i32 pyde_hash_poseidon2_v0(const void *in, i32 len, void *out32);
PYDE_IMPORT("hash_keccak256") i32 pyde_hash_keccak256_v0(const void *in, i32 len, void *out32);
PYDE_IMPORT("consume_gas") void pyde_consume_gas_v0(i64 amount);
/* One topic: the second argument is its length, 32. */
PYDE_IMPORT("emit_event")
i32 pyde_emit_event_v0(const void *topic32, i32 topic_len, const void *data, i32 len);

/* ---- small conveniences, all of them inline ------------------------------------------------ */

typedef struct {
  u8 b[32];
} address_t;

/* Stops with a readable reason. PYDE_FAIL("text") counts the text itself. */
#define PYDE_FAIL(text) pyde_revert(text, (i32)sizeof(text) - 1)
#define PYDE_REQUIRE(condition, text) \
  do {                                \
    if (!(condition)) PYDE_FAIL(text); \
  } while (0)

/* Reads the whole calldata into a struct whose fields lie exactly as Borsh writes them. */
#define PYDE_ARGS(target)                                                              \
  do {                                                                                 \
    PYDE_REQUIRE(pyde_calldata_size() == (i32)sizeof(target), "arguments: wrong size"); \
    pyde_calldata_copy(0, (i32)sizeof(target), &(target));                             \
  } while (0)

/* A struct without padding: what Borsh writes for fields of fixed width. */
#define PYDE_PACKED __attribute__((packed))

static inline int address_equal(const address_t *a, const address_t *b) {
  const u64 *x = (const u64 *)a, *y = (const u64 *)b;
  return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3])) == 0;
}

static inline int address_is_zero(const address_t *a) {
  const u64 *x = (const u64 *)a;
  return (x[0] | x[1] | x[2] | x[3]) == 0;
}

#endif
