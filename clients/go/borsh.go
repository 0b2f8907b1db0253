package tidemill

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"unicode/utf8"
)

// Writer writes Borsh: little-endian integers, u32 lengths, tag bytes. The arguments of a call are its
// values written one after the other. The first value that does not fit is the error of Bytes.
type Writer struct {
	out []byte
	err error
}

// U8 writes one byte.
func (w *Writer) U8(value uint8) *Writer { return w.Fixed([]byte{value}) }

// U16 writes two bytes.
func (w *Writer) U16(value uint16) *Writer {
	return w.Fixed(binary.LittleEndian.AppendUint16(nil, value))
}

// U32 writes four bytes.
func (w *Writer) U32(value uint32) *Writer {
	return w.Fixed(binary.LittleEndian.AppendUint32(nil, value))
}

// U64 writes eight bytes.
func (w *Writer) U64(value uint64) *Writer {
	return w.Fixed(binary.LittleEndian.AppendUint64(nil, value))
}

// U128 writes sixteen bytes of a value that is neither negative nor above 2^128 - 1.
func (w *Writer) U128(value *big.Int) *Writer { return w.integer(value, 16, false) }

// Bool writes one byte, 0 or 1.
func (w *Writer) Bool(value bool) *Writer {
	if value {
		return w.U8(1)
	}
	return w.U8(0)
}

// Fixed writes the bytes as they are: addresses, hashes, fixed arrays.
func (w *Writer) Fixed(data []byte) *Writer {
	w.out = append(w.out, data...)
	return w
}

// VarBytes writes a u32 length and the bytes.
func (w *Writer) VarBytes(data []byte) *Writer { return w.U32(uint32(len(data))).Fixed(data) }

// String writes a u32 length and the UTF-8 bytes.
func (w *Writer) String(text string) *Writer { return w.VarBytes([]byte(text)) }

// Bytes returns what was written.
func (w *Writer) Bytes() ([]byte, error) { return w.out, w.err }

func (w *Writer) integer(value *big.Int, width int, signed bool) *Writer {
	bits := uint(8 * width)
	limit := new(big.Int).Lsh(big.NewInt(1), bits)
	low, high := big.NewInt(0), limit
	if signed {
		high = new(big.Int).Rsh(limit, 1)
		low = new(big.Int).Neg(high)
	}
	if value.Cmp(low) < 0 || value.Cmp(high) >= 0 {
		w.fail(fmt.Errorf("%s does not fit %d bytes", value, width))
		return w
	}
	if value.Sign() < 0 {
		value = new(big.Int).Add(value, limit)
	}
	return w.Fixed(reversed(value.FillBytes(make([]byte, width))))
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// Reader reads Borsh. The first thing that is not what was asked for is the error of End, which says
// at which byte; after it every method returns zeros.
type Reader struct {
	data []byte
	at   int
	err  error
}

// NewReader reads all of data.
func NewReader(data []byte) *Reader { return &Reader{data: data} }

// U8 reads one byte.
func (r *Reader) U8() uint8 { return r.take(1)[0] }

// U16 reads two bytes.
func (r *Reader) U16() uint16 { return binary.LittleEndian.Uint16(r.take(2)) }

// U32 reads four bytes.
func (r *Reader) U32() uint32 { return binary.LittleEndian.Uint32(r.take(4)) }

// U64 reads eight bytes.
func (r *Reader) U64() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// U128 reads sixteen bytes.
func (r *Reader) U128() *big.Int { return r.integer(16, false) }

// Bool reads one byte that is 0 or 1.
func (r *Reader) Bool() bool {
	value := r.U8()
	if value > 1 {
		r.fail(fmt.Errorf("byte %d is no bool: %d", r.at-1, value))
	}
	return value == 1
}

// Fixed reads length bytes.
func (r *Reader) Fixed(length int) []byte {
	if !r.has(uint64(length)) {
		return nil
	}
	return append([]byte(nil), r.take(length)...)
}

// VarBytes reads a u32 length and that many bytes.
func (r *Reader) VarBytes() []byte {
	length := r.U32()
	if !r.has(uint64(length)) {
		return nil
	}
	return r.Fixed(int(length))
}

// String reads a u32 length and that many bytes of UTF-8.
func (r *Reader) String() string {
	start := r.at
	text := string(r.VarBytes())
	if !utf8.ValidString(text) {
		r.fail(fmt.Errorf("byte %d: not UTF-8", start))
	}
	return text
}

// Count reads a u32 count of elements that are at least one byte long each.
func (r *Reader) Count() int {
	count := r.U32()
	if !r.has(uint64(count)) {
		return 0
	}
	return int(count)
}

// End returns the first error; nothing may be left.
func (r *Reader) End() error {
	if r.err == nil && r.at != len(r.data) {
		r.fail(fmt.Errorf("byte %d: %d left over", r.at, len(r.data)-r.at))
	}
	return r.err
}

func (r *Reader) has(length uint64) bool {
	if r.err == nil && length > uint64(len(r.data)-r.at) {
		r.fail(fmt.Errorf("byte %d: needs %d, has %d", r.at, length, len(r.data)-r.at))
	}
	return r.err == nil
}

// take returns length bytes, or zeros after an error.
func (r *Reader) take(length int) []byte {
	if !r.has(uint64(length)) {
		return make([]byte, length)
	}
	r.at += length
	return r.data[r.at-length : r.at]
}

func (r *Reader) integer(width int, signed bool) *big.Int {
	return bigEndian(reversed(r.take(width)), signed)
}

func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// bigEndian reads an integer, two's complement when it is signed.
func bigEndian(data []byte, signed bool) *big.Int {
	value := new(big.Int).SetBytes(data)
	if signed && data[0]&0x80 != 0 {
		value.Sub(value, new(big.Int).Lsh(big.NewInt(1), uint(8*len(data))))
	}
	return value
}

func reversed(data []byte) []byte {
	out := make([]byte, len(data))
	for i, octet := range data {
		out[len(data)-1-i] = octet
	}
	return out
}
