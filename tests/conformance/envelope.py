# SPDX-License-Identifier: Apache-2.0
"""Opening what is shared under a grant: docs/sharing.md, "The envelope" (GM/T 0010 over GM/T 0009)."""

from . import sm2, sm4
from .sm3 import sm3

SEQUENCE, SET, INTEGER, OCTETS, OID, EXPLICIT_0, IMPLICIT_0 = 0x30, 0x31, 0x02, 0x04, 0x06, 0xA0, 0x80
DATA = "1.2.156.10197.6.1.4.2.1"
ENVELOPED_DATA = "1.2.156.10197.6.1.4.2.3"
SM2_ENCRYPTION = "1.2.156.10197.1.301.3"
SM4_CBC = "1.2.156.10197.1.104.2"


class NotAnEnvelope(ValueError):
    pass


class Reader:
    """The elements of DER, one after the other."""

    def __init__(self, data: bytes):
        self.data, self.at = data, 0

    def next(self, tag: int) -> bytes:
        if self.data[self.at : self.at + 1] != bytes([tag]):
            raise NotAnEnvelope(f"no element {tag:#x} at {self.at}")
        length, begin = self._length(self.at + 1)
        value = self.data[begin : begin + length]
        if len(value) != length:
            raise NotAnEnvelope("cut short")
        self.at = begin + length
        return value

    def _length(self, at: int) -> tuple[int, int]:
        try:
            first = self.data[at]
        except IndexError:
            raise NotAnEnvelope("cut short") from None
        if first < 0x80:
            return first, at + 1
        count = first & 0x7F
        digits = self.data[at + 1 : at + 1 + count]
        length = int.from_bytes(digits, "big")
        if not 1 <= count <= 4 or len(digits) != count or digits[0] == 0 or length < 0x80:
            raise NotAnEnvelope("a length that is not DER")
        return length, at + 1 + count

    def into(self, tag: int) -> "Reader":
        return Reader(self.next(tag))

    def integer(self) -> int:
        return int.from_bytes(self.next(INTEGER), "big")

    def oid(self, expected: str):
        value = self.next(OID)
        numbers, number = [value[0] // 40, value[0] % 40], 0
        for byte in value[1:]:
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                numbers, number = [*numbers, number], 0
        if ".".join(map(str, numbers)) != expected:
            raise NotAnEnvelope(f"not {expected}")

    def end(self):
        if self.at != len(self.data):
            raise NotAnEnvelope("something behind the end")


def decrypt_key(secret: int, cipher: bytes) -> bytes:
    """GB/T 32918.4 §7, over the `SM2Cipher` of GM/T 0009: x, y, C3, C2."""
    outer = Reader(cipher)
    parts = outer.into(SEQUENCE)
    outer.end()
    point = (parts.integer(), parts.integer())
    c3, c2 = parts.next(OCTETS), parts.next(OCTETS)
    parts.end()
    if not sm2.on_curve(point):
        raise NotAnEnvelope("C1 is on no point of the curve")
    shared = sm2.multiply(secret, point)
    x, y = sm2.coordinates(shared)[:32], sm2.coordinates(shared)[32:]
    stream = b"".join(sm3(x + y + n.to_bytes(4, "big")) for n in range(1, 2 + len(c2) // 32))
    plain = bytes(a ^ b for a, b in zip(c2, stream))
    if sm3(x + plain + y) != c3:
        raise NotAnEnvelope("encrypted to another key, or changed")
    return plain


def recipient(envelope: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """kid, encrypted key, iv and encrypted content."""
    outer = Reader(envelope)
    info = outer.into(SEQUENCE)
    outer.end()
    info.oid(ENVELOPED_DATA)
    data = info.into(EXPLICIT_0).into(SEQUENCE)
    if data.integer() != 1:
        raise NotAnEnvelope("version")
    to = data.into(SET).into(SEQUENCE)
    if to.integer() != 1:
        raise NotAnEnvelope("version of the recipient")
    name = to.into(SEQUENCE)
    name.next(SEQUENCE)  # in place of an issuer
    kid = name.integer().to_bytes(8, "big")
    to.into(SEQUENCE).oid(SM2_ENCRYPTION)
    key = to.next(OCTETS)
    content = data.into(SEQUENCE)
    content.oid(DATA)
    algorithm = content.into(SEQUENCE)
    algorithm.oid(SM4_CBC)
    return kid, key, algorithm.next(OCTETS), content.next(IMPLICIT_0)


def open_envelope(envelope: bytes, secret: int) -> bytes:
    kid, key, iv, content = recipient(envelope)
    if kid != sm2.kid(sm2.multiply(secret, sm2.G)):
        raise NotAnEnvelope("encrypted to another key")
    return sm4.decrypt_cbc(decrypt_key(secret, key), iv, content)
