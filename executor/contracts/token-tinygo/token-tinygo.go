// The token of ../token, written in Go for TinyGo: same functions, same slots, same tests.
package main

import "unsafe"

// Blake3 of Transfer(address,address,uint128) and of Approval(address,address,uint128).
var transferTopic = address{
	0x71, 0xfb, 0xa7, 0x2c, 0x00, 0x05, 0xdd, 0x55, 0xae, 0xa6, 0x88, 0x39, 0x23, 0x21, 0x92, 0x31,
	0x69, 0xfb, 0x06, 0xab, 0x0e, 0xc0, 0xc3, 0xe3, 0x30, 0x73, 0x1c, 0xa5, 0x97, 0x9f, 0x4d, 0xb9,
}
var approvalTopic = address{
	0x67, 0xe2, 0xd7, 0x2e, 0x7a, 0x0b, 0xc8, 0xec, 0xfc, 0x47, 0x0c, 0xa1, 0x30, 0x1a, 0xec, 0xf0,
	0xd8, 0xb2, 0xf5, 0x22, 0x59, 0x1a, 0x9a, 0x7f, 0x3b, 0xee, 0xbe, 0x00, 0x62, 0xbe, 0xbe, 0x94,
}

// slotOf is Poseidon2(self, field, keys): the slot of a field of [state].
func slotOf(field string, keys ...address) (slot address) {
	var preimage [128]byte
	hostSelf(unsafe.Pointer(&preimage))
	end := 32 + copy(preimage[32:], field)
	for i := range keys {
		end += copy(preimage[end:], keys[i][:])
	}
	hashPoseidon2(unsafe.Pointer(&preimage), int32(end), unsafe.Pointer(&slot))
	return slot
}

func load(slot *address) amount {
	value, found := findAmount(slot)
	if !found {
		return amount{}
	}
	return value
}

func emit(signature, a, b address, value amount) {
	topics := [3]address{signature, a, b}
	emitEvent(unsafe.Pointer(&topics), 3, unsafe.Pointer(&value), 16)
}

func move(from, to address, value amount) {
	require(to != address{}, "transfer to the zero address")
	source := slotOf("balances", from)
	had := load(&source)
	require(!had.less(value), "insufficient balance")
	// Write the source before the target is read: moving to oneself must change nothing.
	storeAmount(&source, had.minus(value))
	target := slotOf("balances", to)
	storeAmount(&target, load(&target).plus(value)) // no overflow: the supply fits in 128 bits
	emit(transferTopic, from, to, value)
}

//export init
func initialize() {
	var supply amount
	readArgs(unsafe.Pointer(&supply), unsafe.Sizeof(supply))
	total := slotOf("total_supply")
	_, found := findAmount(&total)
	require(!found, "already initialized")
	owner := caller()
	storeAmount(&total, supply)
	balance := slotOf("balances", owner)
	storeAmount(&balance, supply)
	emit(transferTopic, address{}, owner, supply)
}

//export transfer
func transfer() {
	var args struct {
		to    address
		value amount
	}
	readArgs(unsafe.Pointer(&args), unsafe.Sizeof(args))
	move(caller(), args.to, args.value)
	answerTrue()
}

//export approve
func approve() {
	var args struct {
		spender address
		value   amount
	}
	readArgs(unsafe.Pointer(&args), unsafe.Sizeof(args))
	owner := caller()
	slot := slotOf("allowances", owner, args.spender)
	storeAmount(&slot, args.value)
	emit(approvalTopic, owner, args.spender, args.value)
	answerTrue()
}

//export transfer_from
func transferFrom() {
	var args struct {
		from, to address
		value    amount
	}
	readArgs(unsafe.Pointer(&args), unsafe.Sizeof(args))
	slot := slotOf("allowances", args.from, caller())
	allowed := load(&slot)
	require(!allowed.less(args.value), "insufficient allowance")
	storeAmount(&slot, allowed.minus(args.value))
	move(args.from, args.to, args.value)
	answerTrue()
}

//export balance_of
func balanceOf() {
	var owner address
	readArgs(unsafe.Pointer(&owner), unsafe.Sizeof(owner))
	slot := slotOf("balances", owner)
	answerAmount(load(&slot))
}

//export allowance
func allowance() {
	var args struct{ owner, spender address }
	readArgs(unsafe.Pointer(&args), unsafe.Sizeof(args))
	slot := slotOf("allowances", args.owner, args.spender)
	answerAmount(load(&slot))
}

//export total_supply
func totalSupply() {
	slot := slotOf("total_supply")
	answerAmount(load(&slot))
}

func main() {}
