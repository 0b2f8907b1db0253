;; Calls itself as deep as the chain allows and returns how many frames were alive at once.
;;   wat2wasm recurse.wat -o recurse.wasm
(module
  (import "pyde" "self_address" (func $self (param i32) (result i32)))
  (import "pyde" "cross_call"
    (func $call (param i32 i32 i32 i32 i32 i32 i64 i32 i32) (result i32)))
  (import "pyde" "return" (func $return (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "dive")
  (data (i32.const 96) "\04\00\00\00")
  (func (export "dive")
    (drop (call $self (i32.const 0)))
    (drop
      (call $call
        (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 128)
        (i64.const -1) (i32.const 160) (i32.const 96)))
    (i32.store (i32.const 160) (i32.add (i32.load (i32.const 160)) (i32.const 1)))
    (call $return (i32.const 160) (i32.const 4))))
