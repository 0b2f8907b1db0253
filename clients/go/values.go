package tidemill

import (
	"fmt"
	"math/big"

	tidemillv1 "tidemill.io/client/v1"
)

// Values of the types of an ABI, as Go has them:
//
//	uint8 .. int128   *big.Int; int, int64 and uint64 are accepted
//	bool              bool
//	address           Address
//	bytes, bytesN     []byte
//	string            string
//	T[]               []any
//	map(K,V)          []Pair, in the order of the encoding
//	option(T)         the value, or nil
//	struct            map[string]any by the names of its fields
//	enum              string, the name of the variant

// Pair is an entry of a map.
type Pair struct{ Key, Value any }

// Hashed is an indexed value that is too long for a topic: the event carries its Blake3 hash only.
type Hashed Hash

// EncodeCall returns the arguments of a call as calldata.
func (a *ContractABI) EncodeCall(name string, arguments ...any) ([]byte, error) {
	function, err := a.Function(name)
	if err != nil {
		return nil, err
	}
	if len(function.Arguments) != len(arguments) {
		return nil, fmt.Errorf("%s takes %d arguments, got %d", name, len(function.Arguments), len(arguments))
	}
	out := new(Writer)
	for i, field := range function.Arguments {
		if err := a.write(out, field.Type, arguments[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", field.Name, err)
		}
	}
	return out.Bytes()
}

// DecodeCall returns the arguments in calldata, in order.
func (a *ContractABI) DecodeCall(name string, calldata []byte) ([]any, error) {
	function, err := a.Function(name)
	if err != nil {
		return nil, err
	}
	in := NewReader(calldata)
	var values []any
	for _, field := range function.Arguments {
		values = append(values, a.read(in, field.Type, 0))
	}
	return values, in.End()
}

// DecodeResult returns what a function returned; nil when it returns nothing.
func (a *ContractABI) DecodeResult(name string, data []byte) (value any, err error) {
	function, err := a.Function(name)
	if err != nil {
		return nil, err
	}
	in := NewReader(data)
	if function.Returns != nil {
		value = a.read(in, function.Returns, 0)
	}
	return value, in.End()
}

func (a *ContractABI) write(out *Writer, kind *Type, value any) error {
	mismatch := fmt.Errorf("is %s, which %v is not", kind.Spelling, value)
	switch kind.Kind {
	case Integer:
		return writeInteger(out, kind, value)
	case Boolean:
		if flag, ok := value.(bool); ok {
			out.Bool(flag)
			return nil
		}
	case AddressKind:
		if address, ok := value.(Address); ok {
			out.Fixed(address[:])
			return nil
		}
	case Text:
		if text, ok := value.(string); ok {
			out.String(text)
			return nil
		}
	case ByteString:
		if data, ok := value.([]byte); ok {
			out.VarBytes(data)
			return nil
		}
	case FixedBytes:
		if data, ok := value.([]byte); ok && len(data) == kind.Width {
			out.Fixed(data)
			return nil
		}
	case List:
		if elements, ok := value.([]any); ok {
			out.U32(uint32(len(elements)))
			for _, element := range elements {
				if err := a.write(out, kind.Parts[0], element); err != nil {
					return err
				}
			}
			return nil
		}
	case Map:
		if pairs, ok := value.([]Pair); ok {
			return a.writePairs(out, kind, pairs)
		}
	case Option:
		out.Bool(value != nil)
		if value == nil {
			return nil
		}
		return a.write(out, kind.Parts[0], value)
	case Custom:
		return a.writeCustom(out, kind, value, mismatch)
	}
	return mismatch
}

func (a *ContractABI) writePairs(out *Writer, kind *Type, pairs []Pair) error {
	out.U32(uint32(len(pairs)))
	for _, pair := range pairs {
		if err := a.write(out, kind.Parts[0], pair.Key); err != nil {
			return err
		}
		if err := a.write(out, kind.Parts[1], pair.Value); err != nil {
			return err
		}
	}
	return nil
}

func (a *ContractABI) writeCustom(out *Writer, kind *Type, value any, mismatch error) error {
	definition := a.definition(kind.Spelling)
	if definition == nil {
		return fmt.Errorf("the ABI declares no type %s", kind.Spelling)
	}
	if definition.IsEnum {
		for i, variant := range definition.Variants {
			if value == variant {
				out.U8(uint8(i))
				return nil
			}
		}
		return fmt.Errorf("%v is none of %v", value, definition.Variants)
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return mismatch
	}
	for _, field := range definition.Fields {
		if err := a.write(out, field.Type, fields[field.Name]); err != nil {
			return fmt.Errorf("%s: %w", field.Name, err)
		}
	}
	return nil
}

func writeInteger(out *Writer, kind *Type, value any) error {
	var number *big.Int
	switch given := value.(type) {
	case *big.Int:
		number = given
	case int:
		number = big.NewInt(int64(given))
	case int64:
		number = big.NewInt(given)
	case uint64:
		number = new(big.Int).SetUint64(given)
	default:
		return fmt.Errorf("is %s, which %v is not", kind.Spelling, value)
	}
	try := new(Writer)
	if try.integer(number, kind.Width, kind.Signed); try.err != nil {
		return fmt.Errorf("%v does not fit %s", number, kind.Spelling)
	}
	out.Fixed(try.out)
	return nil
}

func (a *ContractABI) read(in *Reader, kind *Type, depth int) any {
	// A hostile ABI may hold a struct inside itself.
	if depth > 2*maxDepth {
		in.fail(fmt.Errorf("byte %d: values nest too deep", in.at))
	}
	if in.err != nil {
		return nil
	}
	switch kind.Kind {
	case Integer:
		return in.integer(kind.Width, kind.Signed)
	case Boolean:
		return in.Bool()
	case AddressKind:
		var address Address
		copy(address[:], in.Fixed(len(address)))
		return address
	case Text:
		return in.String()
	case ByteString:
		return in.VarBytes()
	case FixedBytes:
		return in.Fixed(kind.Width)
	case List:
		elements := make([]any, 0)
		for n := in.Count(); n > 0 && in.err == nil; n-- {
			elements = append(elements, a.read(in, kind.Parts[0], depth+1))
		}
		return elements
	case Map:
		pairs := make([]Pair, 0)
		for n := in.Count(); n > 0 && in.err == nil; n-- {
			key := a.read(in, kind.Parts[0], depth+1)
			pairs = append(pairs, Pair{key, a.read(in, kind.Parts[1], depth+1)})
		}
		return pairs
	case Option:
		if in.Bool() {
			return a.read(in, kind.Parts[0], depth+1)
		}
		return nil
	default:
		return a.readCustom(in, kind, depth)
	}
}

func (a *ContractABI) readCustom(in *Reader, kind *Type, depth int) any {
	definition := a.definition(kind.Spelling)
	if definition == nil {
		in.fail(fmt.Errorf("the ABI declares no type %s", kind.Spelling))
		return nil
	}
	if definition.IsEnum {
		index := int(in.U8())
		if index >= len(definition.Variants) {
			in.fail(fmt.Errorf("byte %d: %s has no variant %d", in.at-1, kind.Spelling, index))
			return nil
		}
		return definition.Variants[index]
	}
	fields := make(map[string]any, len(definition.Fields))
	for _, field := range definition.Fields {
		fields[field.Name] = a.read(in, field.Type, depth+1)
	}
	return fields
}

func (a *ContractABI) readEvent(declared *EventDefinition, event *tidemillv1.Event) (map[string]any, error) {
	data := NewReader(event.Data)
	topics := event.Topics[1:]
	values := make(map[string]any, len(declared.Fields))
	for i, field := range declared.Fields {
		if i >= 8 || declared.IndexedMask>>i&1 == 0 {
			values[field.Name] = a.read(data, field.Type, 0)
			continue
		}
		if len(topics) == 0 || len(topics[0]) != 32 {
			return nil, fmt.Errorf("the topic of %s is missing", field.Name)
		}
		values[field.Name] = fromTopic(field.Type, topics[0])
		topics = topics[1:]
	}
	return values, data.End()
}

// fromTopic reads a topic: short values stand at its end, big-endian; of others there is a hash.
func fromTopic(kind *Type, topic []byte) any {
	switch {
	case kind.Kind == AddressKind:
		return Address(*(*[32]byte)(topic))
	case kind.Kind == Boolean:
		return topic[31] != 0
	case kind.Kind == Integer:
		return bigEndian(topic[32-kind.Width:], kind.Signed)
	case kind.Kind == FixedBytes && kind.Width <= 32:
		return topic[32-kind.Width:]
	default:
		return Hashed(*(*[32]byte)(topic))
	}
}
