/* What every kernel shares: one export, run(n), that returns a checksum. No libc, no imports. */
#ifndef KERNEL_H
#define KERNEL_H
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
#ifdef __wasm__
#define KERNEL __attribute__((export_name("run")))
#else
#define KERNEL
#endif
u32 run(u32 n);
#endif
