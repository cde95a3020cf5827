# SPDX-License-Identifier: Apache-2.0
"""Annotated copies: docs/protocol.md §11. Reading, deciding, and the digest of what stands on one."""

import re
from dataclasses import dataclass

from . import cose, credential
from .bundle import Bundle
from .cbor import Malformed, encode_text
from .codetext import MAX_BYTES, Refused, base32
from .fields import bstr, get, mapping, octets, text, uint
from .sm3 import sm3
from .verdict import ALLOWANCE, CHINA, DAY, UNDETERMINED, INVALID, VALID, WEEK

TYP, COPY = "yzt-copy", -65538
LARGEST_SERIAL = 9_999_999_999_999_999
INVALID_REASONS = {
    *("malformed", "unsupported_version", "not_a_copy"),
    *("key_not_valid", "seal_forged", "copy_forged", "copy_ended"),
}
ENDED, SUSPENDED = (1, 4, 7), (2, 6)
_ADDRESS = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[^/]+/C/(.*)", re.DOTALL)


@dataclass(frozen=True)
class Copy:
    envelope: cose.Sign1
    credential: credential.Credential
    iat: int
    exp: int | None
    serial: int
    recipient: str
    purpose: str
    digest: bytes


@dataclass(frozen=True)
class Verdict:
    outcome: str
    reason: str | None = None
    since: str | None = None
    copy: Copy | None = None


def _token_of(code: str) -> bytes:
    if not code or len(code) > MAX_BYTES:
        raise Refused("malformed")
    address = _ADDRESS.fullmatch(code)
    if not address:
        raise Refused("not_a_copy")
    if address[1][:1] == "1":
        return base32(address[1][1:])
    raise Refused("unsupported_version" if re.match("[0-9]", address[1]) else "malformed")


def parse(data: bytes) -> Copy:
    envelope = cose.parse(data, tagged=False)
    if envelope.header.get(cose.TYP) != TYP:
        raise Malformed("no copy")
    c = envelope.claims
    about = get(c, COPY, mapping)
    return Copy(
        envelope,
        credential.parse_credential(get(envelope.header, cose.KCWT, bstr)),
        iat=get(c, 6, uint),
        exp=get(c, 4, uint, None),
        serial=get(about, 1, lambda v: uint(v) and v <= LARGEST_SERIAL),
        recipient=get(about, 2, text),
        purpose=get(about, 3, text),
        digest=get(about, 4, octets(32)),
    )


def _parse(code: str) -> Copy:
    try:
        return parse(_token_of(code))
    except Malformed:
        raise Refused("malformed") from None


def _keys(issuer, kid: bytes, use: str, at: int) -> list:
    known = issuer.with_kid(kid)
    if not known:
        raise Refused("unknown_key")
    good = [key for key in known if key.good_for(use, at)]
    if not good:
        raise Refused("key_not_valid")
    return good


def _authenticate(copy: Copy, bundle: Bundle):
    if bundle.problem:
        raise Refused(bundle.problem)
    sealed = copy.credential
    issuer = bundle.trust_list.issuer_of(sealed.iss)
    if issuer is None:
        raise Refused("unknown_issuer")
    seals = _keys(issuer, sealed.envelope.kid, "seal", sealed.iat)
    if not any(sealed.envelope.verifies(key.point) for key in seals):
        raise Refused("seal_forged")
    keys = _keys(issuer, copy.envelope.kid, "presentation", copy.iat)
    if not any(copy.envelope.verifies(key.point) for key in keys):
        raise Refused("copy_forged")
    return issuer


def _old(listed, now: int) -> bool:
    return now - listed.iat > WEEK or now >= listed.exp


def _check(copy: Copy, bundle: Bundle, now: int, clock_floor: int):
    """Steps 5 to 7."""
    if now + ALLOWANCE < max(clock_floor, bundle.clock_floor(), copy.iat):
        raise Refused("clock_suspect")
    if copy.exp is not None and now >= copy.exp:
        raise Refused("copy_ended")
    if _old(bundle.trust_list, now):
        raise Refused("bundle_too_old")


def _since(copy: Copy, bundle: Bundle, issuer, now: int) -> str:
    """Step 8."""
    face, listed = copy.credential.face, bundle.statuses.get(issuer.iss)
    value = listed.value(face["index"]) if listed and not _old(listed, now) else None
    last_day = face.get("last_day")
    if value in ENDED:
        return "ended"
    if value == 3:
        return "changed"
    if value in SUSPENDED:
        return "suspended"
    if last_day is not None and (now + CHINA) // DAY > last_day:
        return "ended"
    return "unknown" if value is None else "unchanged"


def decide(code: str, bundle: Bundle, now: int, clock_floor: int = 0) -> Verdict:
    try:
        copy = _parse(code)
        issuer = _authenticate(copy, bundle)
        _check(copy, bundle, now, clock_floor)
    except Refused as refused:
        return Verdict(INVALID if refused.reason in INVALID_REASONS else UNDETERMINED, refused.reason)
    return Verdict(VALID, since=_since(copy, bundle, issuer, now), copy=copy)


def _head(major: int, n: int) -> bytes:
    if n < 24:
        return bytes([major << 5 | n])
    size = next(size for size in (1, 2, 4, 8) if n < 1 << 8 * size)
    return bytes([major << 5 | 24 + (1, 2, 4, 8).index(size)]) + n.to_bytes(size, "big")


def _encode(value) -> bytes:
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value)
        case str():
            return encode_text(value)
        case list():
            return _head(4, len(value)) + b"".join(map(_encode, value))
    entries = sorted((_encode(key), _encode(item)) for key, item in value.items())
    return _head(5, len(entries)) + b"".join(key + item for key, item in entries)


def content_digest(serial: int, recipient: str, purpose: str, items: dict) -> bytes:
    content = {"serial": serial, "recipient": recipient, "purpose": purpose, "items": items}
    return sm3(b"yzt-copy-content:" + _encode(content))
