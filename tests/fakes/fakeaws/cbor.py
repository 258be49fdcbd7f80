"""The small part of CBOR (RFC 8949) that AWS's smithy-rpc-v2-cbor protocol needs."""

from __future__ import annotations

import struct
from typing import Any

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_INDEFINITE = 31
_BREAK = 0xFF


class Timestamp(float):
    """A number to be sent as an epoch timestamp (tag 1)."""

    __slots__ = ()


def dumps(value: object) -> bytes:
    out = bytearray()
    _encode(value, out)
    return bytes(out)


def _head(major: int, n: int) -> bytes:
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 24:
            return bytes((major << 5 | n,))
        if n < 1 << 8 * size:
            return bytes((major << 5 | info,)) + n.to_bytes(size, "big")
    raise OverflowError(n)


def _encode(value: object, out: bytearray) -> None:  # noqa: C901 - one case a type
    match value:
        case None:
            out.append(0xF6)
        case bool():
            out.append(0xF5 if value else 0xF4)
        case Timestamp():
            out += b"\xc1\xfb" + struct.pack(">d", value)
        case int():
            out += _head(UNSIGNED, value) if value >= 0 else _head(NEGATIVE, -1 - value)
        case float():
            out += b"\xfb" + struct.pack(">d", value)
        case str():
            data = value.encode()
            out += _head(TEXT, len(data)) + data
        case dict():
            out += _head(MAP, len(value))
            for name, item in value.items():
                _encode(name, out)
                _encode(item, out)
        case list() | tuple():
            out += _head(ARRAY, len(value))
            for item in value:
                _encode(item, out)
        case _:
            raise TypeError(type(value))


def loads(data: bytes) -> Any:
    return _Decoder(data).value() if data else {}


class _Decoder:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def value(self) -> Any:
        first = self._take(1)[0]
        major, info = first >> 5, first & 31
        if major == SIMPLE:
            return self._simple(info)
        endless = info == _INDEFINITE
        n = info if info < 24 else 0 if endless else int.from_bytes(self._take(1 << info - 24), "big")
        if major == UNSIGNED:
            return n
        if major == NEGATIVE:
            return -1 - n
        if major in (BYTES, TEXT):
            raw = b"".join(self._items(endless, 0)) if endless else self._take(n)
            return raw.decode() if major == TEXT else raw
        if major == ARRAY:
            return list(self._items(endless, n))
        if major == MAP:
            items = list(self._items(endless, 2 * n))
            return dict(zip(items[::2], items[1::2], strict=True))
        return self.value()  # a tag: what it marks

    def _simple(self, info: int) -> Any:
        for code, size, form in ((25, 2, ">e"), (26, 4, ">f"), (27, 8, ">d")):
            if info == code:
                return struct.unpack(form, self._take(size))[0]
        return _SIMPLE[info]

    def _items(self, endless: bool, n: int) -> Any:
        while endless and self._data[self._at] != _BREAK:
            yield self.value()
        for _ in range(n):
            yield self.value()
        self._at += endless

    def _take(self, n: int) -> bytes:
        self._at += n
        return self._data[self._at - n : self._at]
