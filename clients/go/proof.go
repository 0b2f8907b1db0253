package tidemill

import (
	"bytes"
	"math/bits"

	tidemillv1 "tidemill.io/client/v1"
)

// AccountKey returns the state key of the record of an account.
func AccountKey(address Address) Hash { return clustered(address, Poseidon2([]byte{0x10})) }

// ContractKey returns the state key of what the chain keeps about a contract beside its account.
func ContractKey(address Address) Hash { return clustered(address, Poseidon2([]byte{0x11})) }

// SlotKey returns the state key of a contract's slot; false when the slot is reserved for the account.
func SlotKey(contract Address, slot Hash) (Hash, bool) {
	if !bytes.Equal(slot[:16], contract[:16]) {
		return clustered(contract, Blake3([]byte("pyde-slot:"), contract[:], slot[:])), true
	}
	for discriminator := byte(0x10); discriminator <= 0x1f; discriminator++ {
		reserved := Poseidon2([]byte{discriminator})
		if bytes.Equal(slot[16:], reserved[:16]) {
			return Hash{}, false
		}
	}
	return slot, true
}

func clustered(owner Address, path Hash) (key Hash) {
	copy(key[:16], owner[:16])
	copy(key[16:], path[:16])
	return key
}

var (
	leafTag  = []byte("JMT::LeafNode")
	innerTag = []byte("JMT::IntrnalNode")
	empty    = Hash(*(*[32]byte)([]byte("SPARSE_MERKLE_PLACEHOLDER_HASH__")))
)

func bit(data []byte, index int) byte { return data[index/8] >> (7 - index%8) & 1 }

type path struct {
	end                  byte
	siblings             []Hash
	otherKey, otherValue Hash
}

// readPath reads form u8 = 1 | end u8 | depth u16 BE | map ceil(depth / 8) | sent siblings 32 each, root
// first | when end = 2: key hash 32 | value hash 32. There is one form of each proof.
func readPath(proof []byte) (read path, ok bool) {
	if len(proof) < 4 || proof[0] != 1 || proof[1] > 2 {
		return read, false
	}
	read.end = proof[1]
	depth := int(proof[2])<<8 | int(proof[3])
	width := (depth + 7) / 8
	if depth > 256 || len(proof) < 4+width {
		return read, false
	}
	sent, rest := proof[4:4+width], proof[4+width:]
	for i := 0; i < 8*width; i++ {
		if bit(sent, i) == 1 {
			if i >= depth || len(rest) < 32 || bytes.Equal(rest[:32], empty[:]) {
				return read, false
			}
			var sibling Hash
			rest = rest[copy(sibling[:], rest):]
			read.siblings = append(read.siblings, sibling)
		} else if i < depth {
			read.siblings = append(read.siblings, empty)
		}
	}
	if read.end == 2 {
		if len(rest) != 64 {
			return read, false
		}
		copy(read.otherKey[:], rest)
		copy(read.otherValue[:], rest[32:])
		return read, true
	}
	return read, len(rest) == 0
}

// VerifyState reports whether proof shows that the state under root holds value under the raw state key,
// or nothing when value is nil. An empty value is not nil. Take the root from your consensus.
func VerifyState(root, key Hash, value []byte, proof []byte) bool {
	read, ok := readPath(proof)
	if !ok || (read.end == 1) != (value != nil) {
		return false
	}
	keyHash := Blake3(key[:])
	node := empty
	switch read.end {
	case 1:
		valueHash := Blake3(value)
		node = Blake3(leafTag, keyHash[:], valueHash[:])
	case 2:
		// Another key's leaf shows absence only where this key would be, and is not this key's.
		if read.otherKey == keyHash {
			return false
		}
		for i := range read.siblings {
			if bit(read.otherKey[:], i) != bit(keyHash[:], i) {
				return false
			}
		}
		node = Blake3(leafTag, read.otherKey[:], read.otherValue[:])
	}
	for i := len(read.siblings) - 1; i >= 0; i-- {
		if bit(keyHash[:], i) == 0 {
			node = Blake3(innerTag, node[:], read.siblings[i][:])
		} else {
			node = Blake3(innerTag, read.siblings[i][:], node[:])
		}
	}
	return node == root
}

// VerifyStateProof is VerifyState for a proof as the protocol carries it, of key and of no other.
func VerifyStateProof(root, key Hash, proof *tidemillv1.StateProof) bool {
	return bytes.Equal(proof.GetKey(), key[:]) && VerifyState(root, key, proof.GetValue(), proof.GetProof())
}

// VerifyRecord reports whether leaf is record index of the count records under root: the receipts digest
// or the events root of a wave. Without the count, which the wave's record says, a proof is none.
func VerifyRecord(root Hash, count, index uint32, leaf []byte, siblings [][]byte) bool {
	depth := 0
	if count > 1 {
		depth = bits.Len32(count - 1)
	}
	if index >= count || len(siblings) != depth {
		return false
	}
	node := Blake3(leaf)
	for level, sibling := range siblings {
		if len(sibling) != 32 {
			return false
		}
		if index>>level&1 == 0 {
			node = Blake3(node[:], sibling)
		} else {
			node = Blake3(sibling, node[:])
		}
	}
	return node == root
}

// VerifyRecordProof is VerifyRecord for a proof as the protocol carries it; root and count come from the
// wave.
func VerifyRecordProof(root Hash, count uint32, proof *tidemillv1.MerkleProof) bool {
	return VerifyRecord(root, count, proof.GetIndex(), proof.GetLeaf(), proof.GetSiblings())
}

// ReceiptRecord returns the record of a receipt, whose Blake3 is a leaf of the receipts digest.
func ReceiptRecord(receipt *tidemillv1.Receipt) []byte {
	out := new(Writer).U64(receipt.Wave).U32(receipt.TransactionIndex).Fixed(receipt.TransactionHash)
	out.U8(uint8(receipt.Status) - 1).U8(uint8(receipt.Category) - 1).U16(uint16(receipt.Code))
	out.Bool(receipt.NonceConsumed).U64(receipt.GasUsed)
	if len(receipt.FeePaid) == 0 {
		out.Fixed(make([]byte, 16))
	}
	out.Fixed(receipt.FeePaid)
	out.Bool(len(receipt.FeePayer) > 0).Fixed(receipt.FeePayer)
	out.VarBytes(receipt.ReturnData)
	out.Bool(len(receipt.Contract) > 0).Fixed(receipt.Contract)
	out.U32(uint32(len(receipt.Events)))
	for _, event := range receipt.Events {
		writeEventBody(out, event)
	}
	return out.out
}

// EventRecord returns the record of an event, whose Blake3 is a leaf of the events root.
func EventRecord(event *tidemillv1.Event) []byte {
	out := new(Writer).U64(event.Wave).U32(event.TransactionIndex).U32(event.EventIndex)
	writeEventBody(out, event)
	return out.out
}

func writeEventBody(out *Writer, event *tidemillv1.Event) {
	out.Fixed(event.Contract).U32(uint32(len(event.Topics)))
	for _, topic := range event.Topics {
		out.Fixed(topic)
	}
	out.VarBytes(event.Data)
}

// merkleRoot pairs up to the root; padded with zeros to a power of two.
func merkleRoot(level []Hash) Hash {
	if len(level) == 0 {
		return Hash{}
	}
	for bits.OnesCount(uint(len(level))) != 1 {
		level = append(level, Hash{})
	}
	for len(level) > 1 {
		above := make([]Hash, len(level)/2)
		for i := range above {
			above[i] = Blake3(level[2*i][:], level[2*i+1][:])
		}
		level = above
	}
	return level[0]
}

// ReceiptsDigest returns the receipts digest of a wave with these receipts.
func ReceiptsDigest(receipts []*tidemillv1.Receipt) Hash {
	var leaves []Hash
	for _, receipt := range receipts {
		leaves = append(leaves, Blake3(ReceiptRecord(receipt)))
	}
	return merkleRoot(leaves)
}

// EventsRoot returns the events root of a wave with these receipts.
func EventsRoot(receipts []*tidemillv1.Receipt) Hash {
	var leaves []Hash
	for _, receipt := range receipts {
		for _, event := range receipt.Events {
			leaves = append(leaves, Blake3(EventRecord(event)))
		}
	}
	return merkleRoot(leaves)
}

// EventsBloom returns the bloom filter of a wave with these receipts, 256 bytes: three bits per contract
// and topic.
func EventsBloom(receipts []*tidemillv1.Receipt) []byte {
	bloom := make([]byte, 256)
	for _, receipt := range receipts {
		for _, event := range receipt.Events {
			for _, item := range append([][]byte{event.Contract}, event.Topics...) {
				digest := Blake3(item)
				for word := 0; word < 24; word += 8 {
					position := (int(digest[word]) | int(digest[word+1])<<8) & 2047
					bloom[position/8] |= 1 << (position % 8)
				}
			}
		}
	}
	return bloom
}

// DigestsMatch reports whether digest, events root, filter and counts of summary are those of the receipts.
func DigestsMatch(summary *tidemillv1.WaveSummary, receipts []*tidemillv1.Receipt) bool {
	events := 0
	for _, receipt := range receipts {
		events += len(receipt.Events)
	}
	digest, root := ReceiptsDigest(receipts), EventsRoot(receipts)
	return int(summary.GetTransactions()) == len(receipts) && int(summary.GetEventsCount()) == events &&
		bytes.Equal(summary.GetReceiptsDigest(), digest[:]) && bytes.Equal(summary.GetEventsRoot(), root[:]) &&
		bytes.Equal(summary.GetEventsBloom(), EventsBloom(receipts))
}
