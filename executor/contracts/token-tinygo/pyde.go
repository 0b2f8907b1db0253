package main

import "unsafe"

// The functions a contract imports; ../include/pyde.h explains each of them. Here are those the
// token uses.

//go:wasmimport pyde sload
func sload(slot unsafe.Pointer, out unsafe.Pointer, max int32) int32

//go:wasmimport pyde sstore
func sstore(slot unsafe.Pointer, value unsafe.Pointer, length int32)

//go:wasmimport pyde caller
func hostCaller(out unsafe.Pointer) int32

//go:wasmimport pyde self_address
func hostSelf(out unsafe.Pointer) int32

//go:wasmimport pyde calldata_size
func calldataSize() int32

//go:wasmimport pyde calldata_copy
func calldataCopy(offset int32, length int32, out unsafe.Pointer) int32

//go:wasmimport pyde return
func hostReturn(data unsafe.Pointer, length int32)

//go:wasmimport pyde revert
func hostRevert(data unsafe.Pointer, length int32)

//go:wasmimport pyde emit_event
func emitEvent(topics unsafe.Pointer, count int32, data unsafe.Pointer, length int32) int32

//go:wasmimport pyde hash_poseidon2
func hashPoseidon2(input unsafe.Pointer, length int32, out unsafe.Pointer)

type address [32]byte

// amount is an unsigned 128-bit number, little-endian like everything the chain reads.
type amount struct{ low, high uint64 }

func (a amount) less(b amount) bool {
	return a.high < b.high || (a.high == b.high && a.low < b.low)
}

// minus is a - b; b must not be more than a.
func (a amount) minus(b amount) amount {
	high := a.high - b.high
	if a.low < b.low {
		high--
	}
	return amount{a.low - b.low, high}
}

func (a amount) plus(b amount) amount {
	low := a.low + b.low
	high := a.high + b.high
	if low < a.low {
		high++
	}
	return amount{low, high}
}

// fail stops with a readable reason.
func fail(reason string) {
	hostRevert(unsafe.Pointer(unsafe.StringData(reason)), int32(len(reason)))
}

func require(condition bool, reason string) {
	if !condition {
		fail(reason)
	}
}

// readArgs reads the whole calldata, which must have exactly this size.
func readArgs(out unsafe.Pointer, size uintptr) {
	require(calldataSize() == int32(size), "arguments: wrong size")
	calldataCopy(0, int32(size), out)
}

func caller() (a address) {
	hostCaller(unsafe.Pointer(&a))
	return a
}

// findAmount is the amount in a slot, and whether it was ever written.
func findAmount(slot *address) (value amount, found bool) {
	length := sload(unsafe.Pointer(slot), unsafe.Pointer(&value), 16)
	return value, length >= 0
}

func storeAmount(slot *address, value amount) {
	sstore(unsafe.Pointer(slot), unsafe.Pointer(&value), 16)
}

func answerAmount(value amount) {
	hostReturn(unsafe.Pointer(&value), 16)
}

func answerTrue() {
	yes := byte(1)
	hostReturn(unsafe.Pointer(&yes), 1)
}
