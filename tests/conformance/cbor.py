# SPDX-License-Identifier: Apache-2.0
"""The strict CBOR reader of docs/protocol.md §2.1, and the little writing that §2.2 needs.

Maps become dictionaries of their integer and text keys. Keys of other types are checked like everything else and then
left out: this protocol defines none, and undefined keys are ignored.
"""

MAX_DEPTH = 8
TAG_SIGN1 = 0xD2  # tag 18


class Malformed(ValueError):
    """Not the encoding or the structure that the text asks for."""


class _Reader:
    def __init__(self, data: bytes, text_limit: int):
        self.data, self.at, self.text_limit = data, 0, text_limit

    def take(self, n: int) -> bytes:
        if n > len(self.data) - self.at:
            raise Malformed("ends early")
        self.at += n
        return self.data[self.at - n : self.at]

    def head(self) -> tuple[int, int]:
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            if info not in (20, 21):
                raise Malformed("simple value or float")
            return major, info
        if info < 24:
            return major, info
        if info > 27:
            raise Malformed("indefinite or reserved length")
        size = 1 << (info - 24)
        value = int.from_bytes(self.take(size), "big")
        if value < (24 if size == 1 else 1 << (4 * size)):
            raise Malformed("head longer than needed")
        return major, value

    def item(self, depth: int):
        major, value = self.head()
        match major:
            case 0:
                return value
            case 1:
                return -1 - value
            case 2:
                return self.take(value)
            case 3:
                return self.text(value)
            case 4:
                self.check(depth, value)
                return [self.item(depth + 1) for _ in range(value)]
            case 5:
                self.check(depth, 2 * value)
                return self.map(value, depth + 1)
            case 7:
                return value == 21
        raise Malformed("tag")

    def check(self, depth: int, items: int):
        if depth > MAX_DEPTH:
            raise Malformed("nested too deep")
        if items > len(self.data) - self.at:
            raise Malformed("ends early")

    def text(self, length: int) -> str:
        if length > self.text_limit:
            raise Malformed("text too long")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("not UTF-8") from None

    def map(self, pairs: int, depth: int) -> dict:
        result, previous = {}, b""
        for _ in range(pairs):
            start = self.at
            key = self.item(depth)
            encoded = self.data[start : self.at]
            if encoded <= previous:
                raise Malformed("keys out of order or twice")
            previous = encoded
            value = self.item(depth)
            if type(key) in (int, str):
                result[key] = value
        return result


def decode(data: bytes, text_limit: int):
    """One item, and nothing behind it."""
    reader = _Reader(data, text_limit)
    value = reader.item(1)
    if reader.at != len(data):
        raise Malformed("bytes after the item")
    return value


def encode_bytes(value: bytes, major: int = 2) -> bytes:
    n = len(value)
    if n < 24:
        return bytes([major << 5 | n]) + value
    size = 1 if n < 1 << 8 else 2 if n < 1 << 16 else 4
    return bytes([major << 5 | 23 + size.bit_length()]) + n.to_bytes(size, "big") + value


def encode_text(value: str) -> bytes:
    return encode_bytes(value.encode(), 3)
