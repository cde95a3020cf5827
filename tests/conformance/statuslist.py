# SPDX-License-Identifier: Apache-2.0
"""The status list of docs/protocol.md §5.2."""

import zlib
from dataclasses import dataclass

from . import cose
from .cbor import Malformed
from .fields import bstr, get, mapping, text, uint
from .trustlist import Issuer

MAX_BYTES = MAX_UNPACKED = 16 << 20
TYP = "application/statuslist+cwt"
LAST_MEANING = 7


@dataclass(frozen=True)
class StatusList:
    iat: int
    exp: int
    packed: bytes

    def value(self, index: int) -> int | None:
        """None: no information, because outside the list or without a meaning."""
        if index // 2 >= len(self.packed):
            return None
        value = self.packed[index // 2] >> (4 * (index % 2)) & 15
        return value if value <= LAST_MEANING else None


def _unpack(stream: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(stream, MAX_UNPACKED + 1)
    except zlib.error:
        raise Malformed("not a zlib stream") from None
    if len(data) > MAX_UNPACKED or not unpacker.eof:
        raise Malformed("too long, cut short, or something behind it")
    return data


def load(data: bytes, issuer: Issuer) -> StatusList:
    """The list, if it is acceptable for `issuer`."""
    if len(data) > MAX_BYTES:
        raise Malformed("too long")
    envelope = cose.parse(data, tagged=True)
    c = envelope.claims
    iat, exp = get(c, 6, uint), get(c, 4, uint)
    get(c, 65534, uint, None)
    get(envelope.header, cose.TYP, lambda v: v == TYP)
    if get(c, 2, text) != issuer.status_url:
        raise Malformed("another list's sub")
    keys = [key for key in issuer.with_kid(envelope.kid) if key.good_for("status", iat)]
    if not any(envelope.verifies(key.point) for key in keys):
        raise Malformed("no status key of the issuer signed it")
    body = get(c, 65533, mapping)
    get(body, "bits", lambda v: v == 4 and uint(v))
    return StatusList(iat, exp, _unpack(get(body, "lst", bstr)))
