"""What a contract says about itself in the ``pyde.abi`` section of its module, and its values:

    uint8 .. int128   int
    bool              bool
    address, bytes    bytes
    string            str
    T[]               list
    map(K,V)          list of (key, value), in the order of the encoding
    option(T)         the value, or None
    struct            dict by the names of its fields
    enum              str, the name of the variant
"""

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar

from .borsh import Reader, Writer
from .hashes import blake3

T = TypeVar("T")

_SECTION = b"pyde.abi"
_MAX_DEPTH = 32
_MAX_SIGNATURE = 4096
_OLDEST, _NEWEST = 0x10000, 0x10003
_TOPIC = 32


@dataclass(frozen=True)
class Hashed:
    """An indexed value that is too long for a topic: the event carries its Blake3 hash only."""

    hash: bytes


@dataclass(frozen=True)
class Type:
    """A type. ``kind`` is int, bool, address, bytes, string, fixed, vec, map, option or custom."""

    kind: str
    #: The type as people write it; a custom type by its name.
    spelling: str
    #: Bytes of an integer or of a fixed array.
    width: int = 0
    signed: bool = False
    parts: Tuple["Type", ...] = ()

    def __str__(self) -> str:
        return self.spelling


def _integer(bits: int, signed: bool) -> Type:
    return Type("int", f"{'' if signed else 'u'}int{bits}", bits // 8, signed)


_PRIMITIVES = [
    *(_integer(bits, signed) for signed in (False, True) for bits in (8, 16, 32, 64, 128)),
    *(Type(kind, kind) for kind in ("bool", "address", "bytes", "string")),
]


@dataclass(frozen=True)
class Field:
    """A name and a type."""

    name: str
    type: Type


@dataclass(frozen=True)
class Function:
    """A function. Attribute bits: 1 view, 2 payable, 0x80 entry."""

    name: str
    selector: str
    attributes: int
    arguments: List[Field] = field(default_factory=list)
    returns: Optional[Type] = None
    access_list: List[str] = field(default_factory=list)


@dataclass(frozen=True)
class EventDefinition:
    """An event; bit i of the mask says that field i is a topic."""

    name: str
    fields: List[Field]
    indexed_mask: int

    def indexed(self, index: int) -> bool:
        """Whether field ``index`` is a topic."""
        return index < 8 and bool(self.indexed_mask >> index & 1)


@dataclass(frozen=True)
class StateField:
    """A field of the storage; without keys it is a single value."""

    name: str
    keys: List[Type]
    value: Type


@dataclass(frozen=True)
class Struct:
    """Fields in order."""

    name: str
    fields: List[Field]


@dataclass(frozen=True)
class Enum:
    """Variants without content."""

    name: str
    variants: List[str]


@dataclass(frozen=True)
class DecodedEvent:
    """An event with the values of its fields."""

    name: str
    fields: Dict[str, Any]


def abi_section(wasm: bytes) -> bytes:
    """The payload of the one ``pyde.abi`` section; raises ValueError when there is none or two."""
    if wasm[:8] != b"\0asm\1\0\0\0":
        raise ValueError("not a wasm module of version 1")
    found: List[bytes] = []
    at = 8
    while at < len(wasm):
        content, end = _prefixed(wasm, at + 1)
        if wasm[at] == 0:
            name, payload = _prefixed(content, 0)
            if name == _SECTION:
                found.append(content[payload:])
        at = end
    if len(found) != 1:
        raise ValueError(f"the module has {len(found)} {_SECTION.decode()} sections, not one")
    return found[0]


def _prefixed(data: bytes, at: int) -> Tuple[bytes, int]:
    """A LEB128 length and that many bytes; and where they end."""
    length = 0
    for shift in range(0, 35, 7):
        if at >= len(data):
            break
        octet = data[at]
        length |= (octet & 0x7F) << shift
        at += 1
        if octet < 0x80:
            if length > len(data) - at:
                raise ValueError(f"byte {at}: longer than what it is in")
            return data[at : at + length], at + length
    raise ValueError(f"byte {at}: a length is malformed")


@dataclass
class ContractAbi:
    """A contract's ABI. Encodes calls, decodes results and events."""

    version: str
    parachain: bool
    functions: List[Function]
    constructor: Optional[int]
    fallback: Optional[int]
    receive: Optional[int]
    name: str = ""
    contract_version: str = ""
    events: List[EventDefinition] = field(default_factory=list)
    parachain_imports: List[str] = field(default_factory=list)
    #: The fields of the storage; None when the section has none.
    schema: Optional[List[StateField]] = None
    types: List[Any] = field(default_factory=list)

    @staticmethod
    def of_module(wasm: bytes) -> "ContractAbi":
        """The ABI of a module."""
        return ContractAbi.decode(abi_section(wasm))

    @staticmethod
    def decode(payload: bytes) -> "ContractAbi":
        """The ABI in the payload of a section; raises ValueError that says where it is none."""
        stored = Reader(payload).u32()
        version = _OLDEST if stored == 1 else stored
        if not _OLDEST <= version <= _NEWEST:
            raise ValueError(f"ABI version {version >> 16}.{version & 0xFFFF} is not known here")
        if version > _OLDEST:
            return _read_extended(payload, version & 0xFFFF)
        # Two layouts share version 1.0.
        try:
            return _read_extended(payload, 0)
        except ValueError:
            return _read_lean(payload)

    def function(self, name: str) -> Function:
        """The function with this name."""
        for candidate in self.functions:
            if candidate.name == name:
                return candidate
        raise ValueError(f"no function {name} in the ABI of {self.name}")

    def encode_call(self, name: str, *arguments: Any) -> bytes:
        """The arguments of a call as calldata."""
        declared = self.function(name).arguments
        if len(declared) != len(arguments):
            raise ValueError(f"{name} takes {len(declared)} arguments, got {len(arguments)}")
        out = Writer()
        for parameter, value in zip(declared, arguments):
            self._write_field(parameter, value, out)
        return out.to_bytes()

    def decode_call(self, name: str, calldata: bytes) -> List[Any]:
        """The arguments in calldata, in order."""
        data = Reader(calldata)
        values = [self._read(one.type, data) for one in self.function(name).arguments]
        data.end()
        return values

    def decode_result(self, name: str, result: bytes) -> Any:
        """What a function returned; None when it returns nothing."""
        returns = self.function(name).returns
        data = Reader(result)
        value = None if returns is None else self._read(returns, data)
        data.end()
        return value

    def signature(self, event: EventDefinition) -> str:
        """The canonical text of an event, ``Transfer(address,address,uint128)``."""
        return f"{event.name}({self._canonical_list(event.fields, 0, [len(event.name)])})"

    def topic(self, event: EventDefinition) -> bytes:
        """The first topic of an event: Blake3 of its canonical text."""
        return blake3(self.signature(event).encode())

    def decode_event(self, event: Any) -> Optional[DecodedEvent]:
        """The event with its values; None when the ABI declares none with this first topic."""
        topics = list(event.topics)
        for declared in self.events:
            if topics and topics[0] == self.topic(declared):
                return DecodedEvent(declared.name, self._read_event(declared, topics[1:], event.data))
        return None

    # ---- values -------------------------------------------------------------------------------

    def _definition(self, name: str) -> Any:
        for definition in self.types:
            if definition.name == name:
                return definition
        return None

    def _declared(self, name: str) -> Any:
        definition = self._definition(name)
        if definition is None:
            raise ValueError(f"the ABI declares no type {name}")
        return definition

    def _write_field(self, parameter: Field, value: Any, out: Writer) -> None:
        try:
            self._write(parameter.type, value, out)
        except (ValueError, TypeError, AttributeError) as failure:
            raise ValueError(f"{parameter.name}: {failure}") from failure

    def _write(self, kind: Type, value: Any, out: Writer) -> None:
        if kind.kind == "option":
            out.option(value, lambda writer, present: self._write(kind.parts[0], present, writer))
        elif kind.kind == "vec":
            out.list(value, lambda writer, element: self._write(kind.parts[0], element, writer))
        elif kind.kind == "map":
            pair = Type("pair", "pair", parts=kind.parts)
            out.list(value, lambda writer, entry: self._write(pair, entry, writer))
        elif kind.kind == "pair":
            for part, element in zip(kind.parts, value):
                self._write(part, element, out)
        elif kind.kind == "custom":
            self._write_custom(kind, value, out)
        elif kind.kind == "int":
            low = -(1 << 8 * kind.width - 1) if kind.signed else 0
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"is {kind}, which {value!r} is not")
            if not low <= value < low + (1 << 8 * kind.width):
                raise ValueError(f"{value} does not fit {kind}")
            out.fixed(value.to_bytes(kind.width, "little", signed=kind.signed))
        elif kind.kind == "bool":
            if not isinstance(value, bool):
                raise ValueError(f"is bool, which {value!r} is not")
            out.bool(value)
        elif kind.kind == "string":
            out.string(value)
        elif kind.kind == "bytes":
            out.bytes(bytes(value))
        else:
            width = 32 if kind.kind == "address" else kind.width
            if len(value) != width:
                raise ValueError(f"{len(value)} bytes, {width} are needed")
            out.fixed(value)

    def _write_custom(self, kind: Type, value: Any, out: Writer) -> None:
        definition = self._declared(kind.spelling)
        if isinstance(definition, Enum):
            if value not in definition.variants:
                raise ValueError(f"{value!r} is none of {', '.join(definition.variants)}")
            out.u8(definition.variants.index(value))
            return
        for part in definition.fields:
            self._write_field(part, value.get(part.name), out)

    def _read(self, kind: Type, data: Reader, depth: int = 0) -> Any:
        # A hostile ABI may hold a struct inside itself.
        if depth > 2 * _MAX_DEPTH:
            raise ValueError("values nest too deep")
        if kind.kind == "int":
            return int.from_bytes(data.fixed(kind.width), "little", signed=kind.signed)
        if kind.kind == "vec":
            return data.list(lambda reader: self._read(kind.parts[0], reader, depth + 1))
        if kind.kind == "map":
            key, value = kind.parts
            return data.list(
                lambda reader: (self._read(key, reader, depth + 1), self._read(value, reader, depth + 1))
            )
        if kind.kind == "option":
            return data.option(lambda reader: self._read(kind.parts[0], reader, depth + 1))
        if kind.kind == "custom":
            definition = self._declared(kind.spelling)
            if isinstance(definition, Enum):
                index = data.u8()
                if index >= len(definition.variants):
                    raise ValueError(f"{kind} has no variant {index}")
                return definition.variants[index]
            return {part.name: self._read(part.type, data, depth + 1) for part in definition.fields}
        if kind.kind == "fixed":
            return data.fixed(kind.width)
        return {
            "bool": data.bool, "address": lambda: data.fixed(32), "bytes": data.bytes, "string": data.string,
        }[kind.kind]()

    def _read_event(self, declared: EventDefinition, topics: List[bytes], content: bytes) -> Dict[str, Any]:
        data = Reader(content)
        values = {}
        for index, part in enumerate(declared.fields):
            if not declared.indexed(index):
                values[part.name] = self._read(part.type, data)
            elif topics:
                values[part.name] = _from_topic(part.type, topics.pop(0))
            else:
                raise ValueError(f"the topic of {part.name} is missing")
        data.end()
        return values

    # ---- canonical text -----------------------------------------------------------------------

    def _canonical_list(self, fields: List[Field], depth: int, size: List[int]) -> str:
        return ",".join(self._canonical(part.type, depth, size) for part in fields)

    def _canonical(self, kind: Type, depth: int, size: List[int]) -> str:
        if kind.kind == "vec":
            return self._canonical(kind.parts[0], depth, size) + "[]"
        if kind.kind in ("map", "option"):
            inner = ",".join(self._canonical(part, depth, size) for part in kind.parts)
            return f"{kind.kind}({inner})"
        size[0] += len(kind.spelling) + 1
        definition = self._definition(kind.spelling) if kind.kind == "custom" else None
        # A hostile ABI may hold structs inside themselves, or sheer size.
        if definition is None or depth >= _MAX_DEPTH or size[0] > _MAX_SIGNATURE:
            return kind.spelling
        if isinstance(definition, Enum):
            return "enum"
        return f"tuple({self._canonical_list(definition.fields, depth + 1, size)})"


def _from_topic(kind: Type, topic: bytes) -> Any:
    """Short values stand at the end of a topic, big-endian; of others there is a hash."""
    if kind.kind == "address":
        return topic
    if kind.kind == "bool":
        return topic[_TOPIC - 1] != 0
    if kind.kind == "int":
        return int.from_bytes(topic[_TOPIC - kind.width :], "big", signed=kind.signed)
    if kind.kind == "fixed" and kind.width <= _TOPIC:
        return topic[_TOPIC - kind.width :]
    return Hashed(topic)


# ---- the section ------------------------------------------------------------------------------


def _tagged(tag: int) -> Type:
    if not 0 <= tag < len(_PRIMITIVES):
        raise ValueError(f"type tag {tag} is not known")
    return _PRIMITIVES[tag]


def _check_depth(depth: int) -> None:
    if depth >= _MAX_DEPTH:
        raise ValueError(f"a type nests deeper than {_MAX_DEPTH}")


def _read_type(data: Reader, depth: int = 0) -> Type:
    _check_depth(depth)
    tag = data.u8()
    if tag == 14:
        length = data.u32()
        return Type("fixed", f"bytes{length}", length)
    if tag == 15:
        element = _read_type(data, depth + 1)
        return Type("vec", f"{element}[]", parts=(element,))
    if tag == 16:
        key, value = _read_type(data, depth + 1), _read_type(data, depth + 1)
        return Type("map", f"map({key},{value})", parts=(key, value))
    if tag == 17:
        element = _read_type(data, depth + 1)
        return Type("option", f"option({element})", parts=(element,))
    if tag == 18:
        return Type("custom", data.string())
    return _tagged(tag)


def _read_stored(data: Reader, depth: int = 0) -> Type:
    """The types of the storage schema have tags of their own."""
    _check_depth(depth)
    tag = data.u8()
    if tag == 12:
        return Type("fixed", "hash32", 32)
    if tag == 15:
        element = _read_stored(data, depth + 1)
        return Type("vec", f"{element}[]", parts=(element,))
    return _tagged(tag if tag < 12 else tag - 1 if tag < 15 else -1)


def _read_fields(data: Reader) -> List[Field]:
    return data.list(lambda reader: Field(reader.string(), _read_type(reader)))


def _read_state_field(data: Reader) -> StateField:
    name = data.string()
    keys: List[Type] = []
    if data.bool():
        keys = data.list(_read_stored)
        if not keys:
            raise ValueError(f"state field {name} is a map without keys")
    return StateField(name, keys, _read_stored(data))


def _read_definition(data: Reader) -> Any:
    name = data.string()
    return Enum(name, data.list(Reader.string)) if data.bool() else Struct(name, _read_fields(data))


def _read_head(data: Reader, version: str, function: Callable[[Reader], Function]) -> ContractAbi:
    """What both layouts share, around the functions."""
    data.u32()
    parachain = data.bool()
    functions = data.list(function)
    data.fixed(32)
    dispatch = [data.option(Reader.u32) for _ in range(3)]
    return ContractAbi(version, parachain, functions, *dispatch)


def _read_lean(payload: bytes) -> ContractAbi:
    def function(data: Reader) -> Function:
        name, selector, attributes = data.string(), data.fixed(4).hex(), data.u32()
        return Function(name, selector, attributes, access_list=data.list(Reader.string))

    data = Reader(payload)
    abi = _read_head(data, "1.0", function)
    data.end()
    return abi


def _read_extended(payload: bytes, minor: int) -> ContractAbi:
    def function(data: Reader) -> Function:
        selector, name, attributes = data.fixed(4).hex(), data.string(), data.u32()
        return Function(name, selector, attributes, _read_fields(data), data.option(_read_type))

    data = Reader(payload)
    abi = _read_head(data, f"1.{minor}", function)
    abi.name, abi.contract_version = data.string(), data.string()
    abi.events = data.list(
        lambda reader: EventDefinition(reader.string(), _read_fields(reader), reader.u8())
    )
    abi.parachain_imports = data.list(Reader.string)
    if minor >= 1:
        abi.schema = data.list(_read_state_field)
    if minor >= 2:
        abi.types = data.list(_read_definition)
    data.end()
    return abi
