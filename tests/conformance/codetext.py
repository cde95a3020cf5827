# SPDX-License-Identifier: Apache-2.0
"""From the text of a code to the bytes of its token: docs/protocol.md §4, "Code text" and "Reading codes"."""

import base64
import re

MAX_BYTES = 2048
SHORTEST_BARE_TOKEN = 160
_ADDRESS = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[^/?#]+/V/(.*)", re.DOTALL)
_BARE = re.compile(r"Q[A-Za-z0-9]{%d,}" % (SHORTEST_BARE_TOKEN - 1))
_BASE32 = re.compile(r"[A-Z2-7]+")


class Refused(ValueError):
    """The first of steps 1 to 4 (§6) that found something; `reason` is its stable code."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def base32(token: str) -> bytes:
    """Strict: upper case, no padding, unused bits zero."""
    if not _BASE32.fullmatch(token) or len(token) % 8 in (1, 3, 6):
        raise Refused("malformed")
    data = base64.b32decode(token + "=" * (-len(token) % 8))
    if base64.b32encode(data).decode().rstrip("=") != token:
        raise Refused("malformed")
    return data


def token_of(text: str) -> bytes:
    if not text or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise Refused("malformed")
    address = _ADDRESS.fullmatch(text)
    if not address:
        if _BARE.fullmatch(text):
            return base32(text)
        raise Refused("not_a_presentation")
    rest = address[1]
    if rest[:1] == "1":
        return base32(rest[1:])
    raise Refused("unsupported_version" if re.match("[0-9]", rest) else "malformed")
