# SPDX-License-Identifier: Apache-2.0
"""The trust list of docs/protocol.md §5.1."""

from dataclasses import dataclass

from . import cose, sm2
from .cbor import Malformed
from .fields import array_of, boolean, get, map_of, mapping, octets, text, uint

MAX_BYTES = 4 << 20
CLIENT_LEVEL = 1
USES = ("seal", "presentation", "status")


class ClientTooOld(ValueError):
    """The list is genuine and for newer clients."""


@dataclass(frozen=True)
class Key:
    kid: bytes
    use: str
    point: sm2.Point
    nbf: int
    exp: int
    revoked: int | None
    revoked_all: bool

    def good_for(self, use: str, t: int) -> bool:
        in_time = self.nbf <= t < self.exp and (self.revoked is None or self.revoked > t)
        return self.use == use and in_time and not self.revoked_all


@dataclass(frozen=True)
class Issuer:
    iss: str
    name: str
    verify_url: str
    status_url: str
    keys: tuple[Key, ...]

    def with_kid(self, kid: bytes) -> list[Key]:
        return [key for key in self.keys if key.kid == kid]


@dataclass(frozen=True)
class TrustList:
    seq: int
    iat: int
    exp: int
    next_roots: tuple[bytes, ...]
    issuers: tuple[Issuer, ...]
    authorities: dict
    scopes: dict

    def issuer_of(self, iss: str) -> Issuer | None:
        """§5.1: the longest prefix."""
        answering = [issuer for issuer in self.issuers if issuer.iss and iss.startswith(issuer.iss)]
        return max(answering, key=lambda issuer: len(issuer.iss), default=None)


def _key(fields: dict) -> Key | None:
    use = get(fields, "use", text)
    if use not in USES:
        return None  # "a key whose `use` is unknown is ignored", with whatever else it holds
    kid = get(fields, "kid", octets(8))
    point = sm2.public_key(get(fields, "pub", octets(33)))
    if point is None or sm2.kid(point) != kid:
        raise Malformed("a key that is none, or whose kid is another's")
    nbf, exp = get(fields, "nbf", uint), get(fields, "exp", uint)
    revoked, revoked_all = get(fields, "revoked", uint, None), get(fields, "revoked_all", boolean, False)
    return Key(kid, use, point, nbf, exp, revoked, revoked_all)


def _issuer(fields: dict) -> Issuer:
    keys = [_key(key) for key in get(fields, "keys", array_of(mapping))]
    texts = (get(fields, name, text) for name in ("iss", "name", "verify_url", "status_url"))
    return Issuer(*texts, tuple(key for key in keys if key))


def load(data: bytes, roots: tuple[bytes, ...]) -> TrustList:
    """`roots`: those pinned, and the next_roots of the list already held, if any; compressed."""
    if len(data) > MAX_BYTES:
        raise Malformed("too long")
    envelope = cose.parse(data, tagged=True)
    points = [point for point in map(sm2.public_key, roots) if point and sm2.kid(point) == envelope.kid]
    if not any(envelope.verifies(point) for point in points):
        raise Malformed("no root signed it")
    c = envelope.claims
    if get(c, "min_client", uint) > CLIENT_LEVEL:
        raise ClientTooOld
    prefixes = [get(issuer, "iss", text) for issuer in get(c, "issuers", array_of(mapping))]
    if len(prefixes) != len(set(prefixes)):
        raise Malformed("two issuers of one prefix")
    return TrustList(
        seq=get(c, "seq", uint),
        iat=get(c, "iat", uint),
        exp=get(c, "exp", uint),
        next_roots=tuple(get(c, "next_roots", array_of(lambda v: octets(33)(v) and sm2.public_key(v)))),
        issuers=tuple(_issuer(issuer) for issuer in get(c, "issuers", array_of(mapping))),
        authorities=get(c, "authorities", map_of(text, text)),
        scopes=get(c, "scopes", map_of(text, map_of(uint, text))),
    )
