# SPDX-License-Identifier: Apache-2.0
"""COSE_Sign1 as docs/protocol.md §2.2 restricts it."""

from dataclasses import dataclass

from . import sm2
from .cbor import TAG_SIGN1, Malformed, decode, encode_bytes, encode_text
from .fields import get, octets

ALG, CRIT, KID, KCWT, TYP = 1, 2, 4, 13, 16
SM2_SM3 = -65537
HEADER_TEXT_LIMIT = 64
TEXT_LIMIT = 256


@dataclass(frozen=True)
class Sign1:
    protected: bytes
    header: dict
    payload: bytes
    claims: dict
    signature: bytes

    @property
    def kid(self) -> bytes | None:
        return get(self.header, KID, octets(8), None)

    def verifies(self, key: sm2.Point) -> bool:
        parts = (encode_text("Signature1"), *(encode_bytes(b) for b in (self.protected, b"", self.payload)))
        return sm2.verify(key, b"\x84" + b"".join(parts), self.signature)


def parse(data: bytes, *, tagged: bool, kid_required: bool = True) -> Sign1:
    """§2.2: tagged everywhere but inside codes. Nothing is verified here."""
    if tagged:
        if data[:1] != bytes([TAG_SIGN1]):
            raise Malformed("not tagged 18")
        data = data[1:]
    match decode(data, HEADER_TEXT_LIMIT):
        case [bytes(protected), dict(), bytes(payload), bytes(signature)] if len(signature) == 64:
            pass
        case _:
            raise Malformed("not a COSE_Sign1")
    # The decoder leaves out keys that are neither integers nor texts, so emptiness is read off the bytes.
    if data[len(encode_bytes(protected)) + 1] != 0xA0:
        raise Malformed("unprotected header")
    header, claims = decode(protected, HEADER_TEXT_LIMIT), decode(payload, TEXT_LIMIT)
    if type(header) is not dict or type(claims) is not dict:
        raise Malformed("header and payload must be maps")
    if header.get(ALG) != SM2_SM3 or CRIT in header:
        raise Malformed("alg or crit")
    envelope = Sign1(protected, header, payload, claims, signature)
    if envelope.kid is None and kid_required:
        raise Malformed("no kid")
    return envelope
