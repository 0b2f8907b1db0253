package tidemill

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	tidemillv1 "tidemill.io/client/v1"
)

// Kind is what sort of type a Type is.
type Kind int

// The kinds of types.
const (
	Integer Kind = iota
	Boolean
	AddressKind
	ByteString
	Text
	FixedBytes
	List
	Map
	Option
	Custom
)

const (
	section      = "pyde.abi"
	maxDepth     = 32
	maxSignature = 4096
	oldest       = 0x10000
	newest       = 0x10003
)

// Type is the type of an argument, a result, or a field of an event, a struct or the storage.
type Type struct {
	Kind Kind
	// Spelling is the type as people write it; a custom type's is its name.
	Spelling string
	// Width is the bytes of an integer or of a fixed array.
	Width  int
	Signed bool
	// Parts are the element, or key and value.
	Parts []*Type
}

// Field is a name and a type.
type Field struct {
	Name string
	Type *Type
}

// Function is a function of a contract. Attribute bits: 1 view, 2 payable, 0x80 entry.
type Function struct {
	Name string
	// Selector is the first four bytes of Blake3 of the name, hexadecimal; for explorers.
	Selector   string
	Attributes uint32
	Arguments  []Field
	// Returns is nil when it returns nothing.
	Returns *Type
	// AccessList holds hints; only the oldest layout has them.
	AccessList []string
}

// EventDefinition is an event of a contract; bit i of the mask says that field i is a topic.
type EventDefinition struct {
	Name        string
	Fields      []Field
	IndexedMask uint8
}

// StateField is a field of the storage; without keys it is a single value.
type StateField struct {
	Name  string
	Keys  []*Type
	Value *Type
}

// TypeDefinition is a type of the contract's own: a struct has fields, an enum has variants.
type TypeDefinition struct {
	Name     string
	IsEnum   bool
	Fields   []Field
	Variants []string
}

// DecodedEvent is an event with the values of its fields.
type DecodedEvent struct {
	Name   string
	Fields map[string]any
}

// ContractABI is what a contract says about itself. It encodes calls and decodes results and events.
type ContractABI struct {
	Version   string
	Parachain bool
	// Name is empty in the oldest layout, which has names of functions only.
	Name, ContractVersion string
	Functions             []Function
	// Constructor, Fallback and Receive are positions in Functions, or nil.
	Constructor, Fallback, Receive *uint32
	Events                         []EventDefinition
	ParachainImports               []string
	// Schema holds the fields of the storage; nil when the section has none.
	Schema []StateField
	Types  []TypeDefinition
}

// ABISection returns the payload of the one pyde.abi section of a module.
func ABISection(wasm []byte) ([]byte, error) {
	if !bytes.HasPrefix(wasm, []byte("\x00asm\x01\x00\x00\x00")) {
		return nil, errors.New("not a wasm module of version 1")
	}
	var found []byte
	for rest := wasm[8:]; len(rest) > 0; {
		id := rest[0]
		content, after, err := prefixed(rest[1:])
		if err != nil {
			return nil, err
		}
		rest = after
		if id != 0 {
			continue
		}
		name, payload, err := prefixed(content)
		if err != nil {
			return nil, err
		}
		if string(name) == section {
			if found != nil {
				return nil, errors.New("the module has two " + section + " sections")
			}
			found = append([]byte{}, payload...)
		}
	}
	if found == nil {
		return nil, errors.New("the module has no " + section + " section")
	}
	return found, nil
}

// prefixed splits off a LEB128 length and that many bytes.
func prefixed(data []byte) (content, rest []byte, err error) {
	length := uint64(0)
	for i := 0; i < 5 && i < len(data); i++ {
		length |= uint64(data[i]&0x7f) << (7 * i)
		if data[i] < 0x80 {
			rest = data[i+1:]
			if length > uint64(len(rest)) {
				return nil, nil, errors.New("a section is longer than what it is in")
			}
			return rest[:length], rest[length:], nil
		}
	}
	return nil, nil, errors.New("a length is malformed")
}

// ABIOfModule returns the ABI of a module.
func ABIOfModule(wasm []byte) (*ContractABI, error) {
	payload, err := ABISection(wasm)
	if err != nil {
		return nil, err
	}
	return DecodeABI(payload)
}

// DecodeABI returns the ABI in the payload of a section.
func DecodeABI(payload []byte) (*ContractABI, error) {
	version := NewReader(payload).U32()
	if version == 1 {
		version = oldest
	}
	if version < oldest || version > newest {
		return nil, fmt.Errorf("ABI version %d.%d is not known here", version>>16, version&0xffff)
	}
	abi, err := readExtended(payload, version&0xffff)
	if err != nil && version == oldest {
		// Two layouts share version 1.0.
		return readLean(payload)
	}
	return abi, err
}

// Function returns the function with this name.
func (a *ContractABI) Function(name string) (*Function, error) {
	for i := range a.Functions {
		if a.Functions[i].Name == name {
			return &a.Functions[i], nil
		}
	}
	return nil, fmt.Errorf("no function %s in the ABI of %s", name, a.Name)
}

// Signature returns the canonical text of an event, Transfer(address,address,uint128).
func (a *ContractABI) Signature(event *EventDefinition) string {
	var text strings.Builder
	text.WriteString(event.Name + "(")
	a.canonicalList(&text, event.Fields, 0)
	return text.String() + ")"
}

// Topic returns the first topic of an event: Blake3 of its canonical text.
func (a *ContractABI) Topic(event *EventDefinition) Hash { return Blake3([]byte(a.Signature(event))) }

// DecodeEvent returns the event with its values; nil when the ABI declares none with this first topic.
func (a *ContractABI) DecodeEvent(event *tidemillv1.Event) (*DecodedEvent, error) {
	for i := range a.Events {
		declared := &a.Events[i]
		topic := a.Topic(declared)
		if len(event.Topics) > 0 && bytes.Equal(event.Topics[0], topic[:]) {
			fields, err := a.readEvent(declared, event)
			if err != nil {
				return nil, err
			}
			return &DecodedEvent{declared.Name, fields}, nil
		}
	}
	return nil, nil
}

func (a *ContractABI) definition(name string) *TypeDefinition {
	for i := range a.Types {
		if a.Types[i].Name == name {
			return &a.Types[i]
		}
	}
	return nil
}

func (a *ContractABI) canonicalList(text *strings.Builder, fields []Field, depth int) {
	for i, field := range fields {
		if i > 0 {
			text.WriteByte(',')
		}
		a.canonical(text, field.Type, depth)
	}
}

func (a *ContractABI) canonical(text *strings.Builder, kind *Type, depth int) {
	switch kind.Kind {
	case List:
		a.canonical(text, kind.Parts[0], depth)
		text.WriteString("[]")
	case Map:
		text.WriteString("map(")
		a.canonical(text, kind.Parts[0], depth)
		text.WriteByte(',')
		a.canonical(text, kind.Parts[1], depth)
		text.WriteByte(')')
	case Option:
		text.WriteString("option(")
		a.canonical(text, kind.Parts[0], depth)
		text.WriteByte(')')
	case Custom:
		definition := a.definition(kind.Spelling)
		// A hostile ABI may hold structs inside themselves, or sheer size.
		switch {
		case definition == nil || depth >= maxDepth || text.Len() > maxSignature:
			text.WriteString(kind.Spelling)
		case definition.IsEnum:
			text.WriteString("enum")
		default:
			text.WriteString("tuple(")
			a.canonicalList(text, definition.Fields, depth+1)
			text.WriteByte(')')
		}
	default:
		text.WriteString(kind.Spelling)
	}
}

// ---- the section ----------------------------------------------------------------------------------

var primitives = func() (types []*Type) {
	for _, signed := range []bool{false, true} {
		for _, bits := range []int{8, 16, 32, 64, 128} {
			spelling := fmt.Sprintf("int%d", bits)
			if !signed {
				spelling = "u" + spelling
			}
			types = append(types, &Type{Kind: Integer, Spelling: spelling, Width: bits / 8, Signed: signed})
		}
	}
	return append(types, &Type{Kind: Boolean, Spelling: "bool"}, &Type{Kind: AddressKind, Spelling: "address", Width: 32},
		&Type{Kind: ByteString, Spelling: "bytes"}, &Type{Kind: Text, Spelling: "string"})
}()

func (r *Reader) tagged(tag int) *Type {
	if tag < 0 || tag >= len(primitives) {
		r.fail(fmt.Errorf("byte %d: type tag is not known", r.at-1))
		return primitives[0]
	}
	return primitives[tag]
}

func (r *Reader) abiType(depth int) *Type {
	if depth >= maxDepth {
		r.fail(fmt.Errorf("byte %d: a type nests deeper than %d", r.at, maxDepth))
		return primitives[0]
	}
	switch tag := r.U8(); tag {
	case 14:
		length := r.U32()
		return &Type{Kind: FixedBytes, Spelling: fmt.Sprintf("bytes%d", length), Width: int(length)}
	case 15:
		return listOf(r.abiType(depth + 1))
	case 16:
		key := r.abiType(depth + 1)
		value := r.abiType(depth + 1)
		return &Type{Kind: Map, Spelling: "map(" + key.Spelling + "," + value.Spelling + ")", Parts: []*Type{key, value}}
	case 17:
		element := r.abiType(depth + 1)
		return &Type{Kind: Option, Spelling: "option(" + element.Spelling + ")", Parts: []*Type{element}}
	case 18:
		return &Type{Kind: Custom, Spelling: r.String()}
	default:
		return r.tagged(int(tag))
	}
}

func listOf(element *Type) *Type {
	return &Type{Kind: List, Spelling: element.Spelling + "[]", Parts: []*Type{element}}
}

// storedType reads a type of the storage schema, which has tags of its own.
func (r *Reader) storedType(depth int) *Type {
	if depth >= maxDepth {
		r.fail(fmt.Errorf("byte %d: a type nests deeper than %d", r.at, maxDepth))
		return primitives[0]
	}
	switch tag := int(r.U8()); tag {
	case 12:
		return &Type{Kind: FixedBytes, Spelling: "hash32", Width: 32}
	case 13, 14:
		return r.tagged(tag - 1)
	case 15:
		return listOf(r.storedType(depth + 1))
	default:
		if tag > 14 {
			tag = -1
		}
		return r.tagged(tag)
	}
}

func (r *Reader) fields() []Field {
	fields := make([]Field, 0)
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		name := r.String()
		fields = append(fields, Field{name, r.abiType(0)})
	}
	return fields
}

func (r *Reader) strings() []string {
	texts := make([]string, 0)
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		texts = append(texts, r.String())
	}
	return texts
}

func (r *Reader) index() *uint32 {
	if !r.Bool() {
		return nil
	}
	index := r.U32()
	return &index
}

// head reads what both layouts share, around the functions.
func (r *Reader) head(function func() Function) *ContractABI {
	abi := &ContractABI{Version: "1.0"}
	r.U32()
	abi.Parachain = r.Bool()
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		abi.Functions = append(abi.Functions, function())
	}
	r.Fixed(32)
	abi.Constructor, abi.Fallback, abi.Receive = r.index(), r.index(), r.index()
	return abi
}

func readLean(payload []byte) (*ContractABI, error) {
	r := NewReader(payload)
	abi := r.head(func() Function {
		name, selector, attributes := r.String(), hex.EncodeToString(r.Fixed(4)), r.U32()
		return Function{Name: name, Selector: selector, Attributes: attributes, AccessList: r.strings()}
	})
	return abi, r.End()
}

func readExtended(payload []byte, minor uint32) (*ContractABI, error) {
	r := NewReader(payload)
	abi := r.head(func() Function {
		selector, name, attributes := hex.EncodeToString(r.Fixed(4)), r.String(), r.U32()
		function := Function{Name: name, Selector: selector, Attributes: attributes, Arguments: r.fields()}
		if r.Bool() {
			function.Returns = r.abiType(0)
		}
		return function
	})
	abi.Version = fmt.Sprintf("1.%d", minor)
	abi.Name, abi.ContractVersion = r.String(), r.String()
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		name, fields := r.String(), r.fields()
		abi.Events = append(abi.Events, EventDefinition{name, fields, r.U8()})
	}
	abi.ParachainImports = r.strings()
	if minor >= 1 {
		abi.Schema = make([]StateField, 0)
		for n := r.Count(); n > 0 && r.err == nil; n-- {
			abi.Schema = append(abi.Schema, r.stateField())
		}
	}
	if minor >= 2 {
		for n := r.Count(); n > 0 && r.err == nil; n-- {
			abi.Types = append(abi.Types, r.typeDefinition())
		}
	}
	return abi, r.End()
}

func (r *Reader) stateField() StateField {
	field := StateField{Name: r.String()}
	if r.Bool() {
		for n := r.Count(); n > 0 && r.err == nil; n-- {
			field.Keys = append(field.Keys, r.storedType(0))
		}
		if len(field.Keys) == 0 {
			r.fail(fmt.Errorf("state field %s is a map without keys", field.Name))
		}
	}
	field.Value = r.storedType(0)
	return field
}

func (r *Reader) typeDefinition() TypeDefinition {
	definition := TypeDefinition{Name: r.String(), IsEnum: r.Bool()}
	if definition.IsEnum {
		definition.Variants = r.strings()
	} else {
		definition.Fields = r.fields()
	}
	return definition
}
