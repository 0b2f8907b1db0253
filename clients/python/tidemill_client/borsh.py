"""Borsh: transactions, call arguments, results."""

from typing import Callable, List, Optional, Sequence, TypeVar

T = TypeVar("T")


class Writer:
    """Little-endian integers, u32 lengths, tag bytes. Arguments of a call are written in order."""

    def __init__(self) -> None:
        self._out = bytearray()

    def _integer(self, value: int, size: int) -> "Writer":
        if not 0 <= value < 1 << (8 * size):
            raise ValueError(f"does not fit u{8 * size}: {value}")
        self._out += value.to_bytes(size, "little")
        return self

    def u8(self, value: int) -> "Writer":
        return self._integer(value, 1)

    def u16(self, value: int) -> "Writer":
        return self._integer(value, 2)

    def u32(self, value: int) -> "Writer":
        return self._integer(value, 4)

    def u64(self, value: int) -> "Writer":
        return self._integer(value, 8)

    def u128(self, value: int) -> "Writer":
        return self._integer(value, 16)

    def bool(self, value: bool) -> "Writer":
        return self.u8(1 if value else 0)

    def fixed(self, data: bytes) -> "Writer":
        self._out += data
        return self

    def bytes(self, data: bytes) -> "Writer":
        return self.u32(len(data)).fixed(data)

    def string(self, text: str) -> "Writer":
        return self.bytes(text.encode())

    def list(self, values: Sequence[T], element: Callable[["Writer", T], object]) -> "Writer":
        self.u32(len(values))
        for value in values:
            element(self, value)
        return self

    def option(self, value: Optional[T], present: Callable[["Writer", T], object]) -> "Writer":
        self.bool(value is not None)
        if value is not None:
            present(self, value)
        return self

    def to_bytes(self) -> bytes:
        return b"".join((self._out,))


class Reader:
    """Reads Borsh; every method raises ValueError that says at which byte the input is wrong."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def fixed(self, length: int) -> bytes:
        if length > len(self._data) - self._at:
            raise ValueError(f"byte {self._at}: needs {length}, has {len(self._data) - self._at}")
        self._at += length
        return self._data[self._at - length : self._at]

    def u8(self) -> int:
        return int.from_bytes(self.fixed(1), "little")

    def u16(self) -> int:
        return int.from_bytes(self.fixed(2), "little")

    def u32(self) -> int:
        return int.from_bytes(self.fixed(4), "little")

    def u64(self) -> int:
        return int.from_bytes(self.fixed(8), "little")

    def u128(self) -> int:
        return int.from_bytes(self.fixed(16), "little")

    def bool(self) -> bool:
        value = self.u8()
        if value > 1:
            raise ValueError(f"byte {self._at - 1} is no bool: {value}")
        return value == 1

    def bytes(self) -> bytes:
        return self.fixed(self.u32())

    def string(self) -> str:
        return self.bytes().decode()

    def list(self, element: Callable[["Reader"], T]) -> List[T]:
        count = self.u32()
        if count > len(self._data) - self._at:
            raise ValueError(f"byte {self._at}: {count} elements, has {len(self._data) - self._at} bytes")
        return [element(self) for _ in range(count)]

    def option(self, present: Callable[["Reader"], T]) -> Optional[T]:
        return present(self) if self.bool() else None

    def end(self) -> None:
        """Nothing may be left."""
        if self._at != len(self._data):
            raise ValueError(f"byte {self._at}: {len(self._data) - self._at} left over")
