#!/bin/sh
# Builds the benchmark kernels: wasm into ../resources/kernels (committed), and with a folder as
# argument also the native programs that the benchmark runs beside them.
set -e
cd "$(dirname "$0")"
kernels="alu sieve fib keccak sha256 matmul parse hashmap"
if [ -n "$1" ]; then
  for kernel in $kernels; do
    "${CC:-gcc}" -O2 -o "$1/$kernel" "$kernel.c" native.c
  done
  exit 0
fi
for kernel in $kernels; do
  "${CLANG:-clang}" --target=wasm32 -O2 -fno-builtin -fno-vectorize -fno-slp-vectorize -nostdlib \
    -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=16384 \
    -o "../resources/kernels/$kernel.wasm" "$kernel.c"
done
