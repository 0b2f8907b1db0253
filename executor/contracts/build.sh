#!/usr/bin/env bash
# Builds example contracts from source.
#
#   build.sh [--out DIR] [--raw] [NAME...]      all contracts when no name is given
#
# Each contract is a folder with an otigen.toml (contracts of other profiles, under profiles/, have
# none) and one source file whose ending names the language: .c (clang and wasm-ld), .ts (asc, AssemblyScript), .rs (rustc), .go (tinygo),
# .wat (wat2wasm). The script installs nothing; a language whose tools are missing is skipped with
# the reason, and the exit code is 3 when anything was skipped.
#
# The result is DIR/NAME.wasm; DIR is the folder of the contract itself unless --out is given. With
# --raw the module is left as the compiler wrote it; otherwise `tidemill contract pack` adds the
# pyde.abi section. Builds are reproducible: the same compiler version gives the same bytes.
# The committed files were built with clang and lld 14, wabt 1.0.32, AssemblyScript 0.28.20 and rustc 1.63.
# RUST_SYSROOT and RUST_LINKER point rustc at a sysroot with the wasm32 target and at a linker.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:$here/../../target/tools/node_modules/.bin # where .ci/tools puts asc
out= raw= names=()
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$(mkdir -p "$2" && cd "$2" && pwd); shift 2 ;;
    --raw) raw=1; shift ;;
    -h | --help) sed -n '2,18s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "build.sh: unknown option $1" >&2; exit 2 ;;
    *) names+=("$1"); shift ;;
  esac
done
if [ ${#names[@]} -eq 0 ]; then
  for folder in "$here"/*/ "$here"/profiles/*/; do
    if ls "$folder" | grep -qE '\.(c|ts|rs|go|wat)$' && [ "$folder" != "$here/include/" ]; then
      name=${folder#"$here/"}
      names+=("${name%/}")
    fi
  done
fi

skipped=0
need() { # need CONTRACT TOOL...
  local contract=$1 tool; shift
  for tool in "$@"; do
    if ! command -v "$tool" > /dev/null; then
      echo "skipped $contract: $tool is not installed"; skipped=1; return 1
    fi
  done
}

# -z stack-size and --stack-first: the stack lies at address 0 and grows down, so an overflow traps
# instead of writing over static data. --strip-all: no names, no producers, nothing that differs
# from machine to machine.
build_c() {
  need "$1" clang wasm-ld || return 0
  clang --target=wasm32 -std=c11 -Os -Wall -Wextra -Werror -nostdlib -ffreestanding \
    -fvisibility=hidden -mbulk-memory -msign-ext -mmutable-globals -mnontrapping-fptoint \
    -I include -c "$1/$2" -o "$3.o"
  local strip=--strip-all
  [ "$1" != malicious ] || strip=--strip-debug # it keeps its names, so that traces can show them
  wasm-ld --no-entry $strip --stack-first -z stack-size=16384 "$3.o" -o "$3"
  rm -f "$3.o"
}

build_ts() {
  need "$1" asc || return 0
  asc "$1/$2" -o "$3" -O3 --runtime stub --use abort= --noAssert --zeroFilledMemory
}

build_rs() {
  need "$1" rustc || return 0
  local root; root=${RUST_SYSROOT:-$(rustc --print sysroot)}
  if [ ! -d "$root/lib/rustlib/wasm32-unknown-unknown" ]; then
    echo "skipped $1: rustc has no target wasm32-unknown-unknown"; skipped=1; return 0
  fi
  rustc --sysroot "$root" --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib \
    --crate-name "${1//-/_}" -C opt-level=s -C panic=abort -C lto -C codegen-units=1 \
    -C strip=symbols -C linker="${RUST_LINKER:-rust-lld}" -C link-arg=--stack-first \
    -C link-arg=-zstack-size=16384 "$1/$2" -o "$3"
}

build_go() {
  need "$1" tinygo || return 0
  (cd "$1" && tinygo build -target=wasm-unknown -opt=s -no-debug -panic=trap -scheduler=none \
    -gc=leaking -o "$3" .)
}

build_wat() {
  need "$1" wat2wasm || return 0
  wat2wasm "$1/$2" -o "$3"
}

cd "$here"
for name in "${names[@]}"; do
  base=$(basename "$name")
  source=$(cd "$name" && ls | grep -v '^pyde.go$' | grep -E '\.(c|ts|rs|go|wat)$' | head -n 1)
  target=${out:-$here/$name}/$base.wasm
  work=$(mktemp -d)
  case $source in
    *.c) build_c "$name" "$source" "$work/$base.wasm" ;;
    *.ts) build_ts "$name" "$source" "$work/$base.wasm" ;;
    *.rs) build_rs "$name" "$source" "$work/$base.wasm" ;;
    *.go) build_go "$name" "$source" "$work/$base.wasm" ;;
    *.wat) build_wat "$name" "$source" "$work/$base.wasm" ;;
    *) echo "build.sh: $name holds no source file" >&2; exit 1 ;;
  esac
  if [ -e "$work/$base.wasm" ]; then
    if [ -z "$raw" ] && [ -e "$name/otigen.toml" ]; then
      "$here/../../tidemill" contract pack "$work/$base.wasm" --manifest "$name/otigen.toml" \
        -o "$target"
    else
      cp "$work/$base.wasm" "$target"
    fi
    echo "built $name: $(wc -c < "$target") bytes"
  fi
  rm -rf "$work"
done
[ $skipped -eq 0 ] || exit 3
