/* sshi.h: the functions a contract of the `sshi` profile may import. Such a chain has no ABI section:
 * a contract exports call (may change things, may take money), query (may not), or both, each of type
 * () -> (). Floats are refused.
 */
#ifndef SSHI_H
#define SSHI_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int i32;

#define SSHI_IMPORT(name) __attribute__((import_module("env"), import_name(name)))
#define SSHI_EXPORT(name) __attribute__((export_name(#name))) void name(void)

/* Keys are 32 bytes, values at most 16,384. The result is the length, or -1 when there is none. */
SSHI_IMPORT("storage_read") i32 storage_read(const void *key32, void *out);
SSHI_IMPORT("storage_write") void storage_write(const void *key32, const void *value, i32 len);
SSHI_IMPORT("transfer") i32 transfer(const void *to32, const void *amount16);
SSHI_IMPORT("input_size") i32 input_size(void);
SSHI_IMPORT("input_copy") i32 input_copy(i32 offset, i32 len, void *out);
/* What the call returns; the last one counts. */
SSHI_IMPORT("output") void output(const void *data, i32 len);
SSHI_IMPORT("revert") _Noreturn void revert(const void *data, i32 len);
SSHI_IMPORT("caller") void caller(void *out32);
SSHI_IMPORT("self_address") void self_address(void *out32);
SSHI_IMPORT("emit") i32 emit(const void *topic32, const void *data, i32 len);

#endif
