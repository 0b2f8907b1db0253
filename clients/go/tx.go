package tidemill

import "math/big"

const (
	// Standard is the type of transfers and calls.
	Standard uint8 = 0
	// Deploy is the type of deployments; they go to the zero address.
	Deploy uint8 = 1
	// IntrinsicGas is what a transfer costs, and every call before its first instruction.
	IntrinsicGas uint64 = 21_000
)

// Address is 32 bytes that name an account; every family is Poseidon2 of its own preimage.
type Address [32]byte

// AddressOfPublicKey returns the account of a FALCON-512 public key of 897 bytes.
func AddressOfPublicKey(key []byte) Address { return Address(Poseidon2(key)) }

// AddressOfContract returns the address of a contract by its registered name.
func AddressOfContract(name string) Address {
	return Address(Poseidon2([]byte("pyde-contract:" + name)))
}

// AddressOfParachain returns the address of a parachain by its registered name.
func AddressOfParachain(name string) Address {
	return Address(Poseidon2([]byte("pyde-parachain:" + name)))
}

// AddressOfSystem returns an account of the system, for instance pyde-treasury.
func AddressOfSystem(name string) Address { return Address(Poseidon2([]byte(name))) }

// AddressOfChild returns what instantiate creates.
func AddressOfChild(parent Address, template, salt Hash) Address {
	return Address(Poseidon2([]byte("pyde-child:"), parent[:], template[:], salt[:]))
}

// AccessEntry is a hint: slots of one account that the transaction will touch. It never changes a result.
type AccessEntry struct {
	Address Address
	Slots   []Hash
	Write   bool
}

// FeePayer says who pays the fee; the zero value is the sender.
type FeePayer struct {
	// GasTank makes the gas tank of the called contract pay.
	GasTank bool
	// Paymaster is a contract that agrees to pay, or nil.
	Paymaster *Address
}

// Transaction is the envelope of every transaction. The zero values of GasLimit and Value are what they
// say; use NewTransaction for the usual defaults.
type Transaction struct {
	From, To   Address
	Value      *big.Int
	Data       []byte
	GasLimit   uint64
	Nonce      uint64
	Signature  []byte
	FeePayer   FeePayer
	AccessList []AccessEntry
	// Deadline is the last wave in which it may run, or nil.
	Deadline *uint64
	ChainID  uint64
	Type     uint8
}

// NewTransaction returns a standard transaction without value or data and with the intrinsic gas.
func NewTransaction(chainID uint64, from, to Address, nonce uint64) Transaction {
	return Transaction{From: from, To: to, Value: new(big.Int), GasLimit: IntrinsicGas, Nonce: nonce, ChainID: chainID}
}

// CallPayload returns the data of a contract call: the name of the function and its Borsh arguments.
func CallPayload(function string, calldata []byte) []byte {
	return new(Writer).String(function).VarBytes(calldata).out
}

// DeployPayload returns the data of a deployment.
func DeployPayload(name string, wasm, initCalldata []byte, parachain bool) []byte {
	return new(Writer).String(name).VarBytes(wasm).Bool(parachain).VarBytes(initCalldata).out
}

// Encode returns the Borsh bytes.
func (t *Transaction) Encode() ([]byte, error) {
	out := new(Writer).Fixed(t.From[:]).Fixed(t.To[:]).U128(t.Value).VarBytes(t.Data)
	out.U64(t.GasLimit).U64(t.Nonce).VarBytes(t.Signature)
	t.writeFeePayer(out)
	t.writeAccessList(out)
	t.writeDeadline(out)
	return out.U64(t.ChainID).U8(t.Type).Bytes()
}

// Hash returns what the sender signs and receipts are found by; the signature is not part of it.
func (t *Transaction) Hash() (Hash, error) {
	list := new(Writer)
	t.writeAccessList(list)
	data, entries := Poseidon2(t.Data), Poseidon2(list.out)
	out := new(Writer).U64(t.ChainID).Fixed(t.From[:]).Fixed(t.To[:]).U128(t.Value)
	out.Fixed(data[:]).U64(t.GasLimit).U64(t.Nonce)
	t.writeFeePayer(out)
	out.Fixed(entries[:])
	t.writeDeadline(out)
	preimage, err := out.U8(t.Type).Bytes()
	return Poseidon2(preimage), err
}

func (t *Transaction) writeFeePayer(out *Writer) {
	switch {
	case t.FeePayer.Paymaster != nil:
		out.U8(2).Fixed(t.FeePayer.Paymaster[:])
	case t.FeePayer.GasTank:
		out.U8(1)
	default:
		out.U8(0)
	}
}

func (t *Transaction) writeAccessList(out *Writer) {
	out.U32(uint32(len(t.AccessList)))
	for _, entry := range t.AccessList {
		out.Fixed(entry.Address[:]).U32(uint32(len(entry.Slots)))
		for _, slot := range entry.Slots {
			out.Fixed(slot[:])
		}
		out.Bool(entry.Write)
	}
}

func (t *Transaction) writeDeadline(out *Writer) {
	out.Bool(t.Deadline != nil)
	if t.Deadline != nil {
		out.U64(*t.Deadline)
	}
}
