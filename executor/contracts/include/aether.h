/* aether.h: the functions a contract of the `aether` profile may import. Such a chain has no ABI
 * section: a contract exports execute, of type () -> i32. 0 is success; anything else undoes the call
 * and reaches the caller as four bytes.
 */
#ifndef AETHER_H
#define AETHER_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int i32;

#define AETHER_IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define AETHER_EXECUTE __attribute__((export_name("execute"))) i32 execute(void)

AETHER_IMPORT("block_number") u64 block_number(void);
AETHER_IMPORT("timestamp") u64 timestamp(void);
/* The first 8 bytes of the caller's address. */
AETHER_IMPORT("caller") u64 caller(void);
/* Keys are 1 to 256 bytes. Copies at most max bytes; the result is the length, or -1. */
AETHER_IMPORT("storage_read") i32 storage_read(const void *key, i32 klen, void *out, i32 max);
AETHER_IMPORT("storage_write")
i32 storage_write(const void *key, i32 klen, const void *value, i32 vlen);
AETHER_IMPORT("sha256") void sha256(const void *in, i32 len, void *out32);
AETHER_IMPORT("keccak256") void keccak256(const void *in, i32 len, void *out32);
AETHER_IMPORT("balance") i32 balance(const void *address32, void *out16);
AETHER_IMPORT("input_size") i32 input_size(void);
AETHER_IMPORT("input_copy") i32 input_copy(i32 offset, i32 len, void *out);
AETHER_IMPORT("set_return") void set_return(const void *data, i32 len);
AETHER_IMPORT("caller_address") void caller_address(void *out32);

#endif
