# SPDX-License-Identifier: Apache-2.0
"""SM2 signatures (GB/T 32918) with the rules of docs/protocol.md §2.2: verified, and made for signed requests."""

import secrets
from functools import lru_cache

from .sm3 import sm3

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER_ID = b"1234567812345678"
_INFINITY = (1, 1, 0)

Point = tuple[int, int]  # affine
Jacobian = tuple[int, int, int]


def _double(p: Jacobian) -> Jacobian:
    x, y, z = p
    if z == 0:
        return _INFINITY
    zz, yy = z * z % P, y * y % P
    s = 4 * x * yy % P
    m = 3 * (x - zz) * (x + zz) % P  # a = -3
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add(p: Jacobian, q: Jacobian) -> Jacobian:
    x1, y1, z1 = p
    x2, y2, z2 = q
    if z1 == 0:
        return q
    if z2 == 0:
        return p
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if h == 0:
        return _double(p) if r == 0 else _INFINITY
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, h * z1 * z2 % P


@lru_cache(maxsize=256)
def _multiples(p: Point) -> list[Jacobian]:
    table = [_INFINITY]
    for _ in range(15):
        table.append(_add(table[-1], (*p, 1)))
    return table


def _two_products(s: int, p: Point, t: int, q: Point) -> Point | None:
    """s·p + t·q, four bits at a time; None at infinity."""
    ps, qs, acc = _multiples(p), _multiples(q), _INFINITY
    for shift in range(252, -1, -4):
        acc = _double(_double(_double(_double(acc))))
        acc = _add(_add(acc, ps[(s >> shift) & 15]), qs[(t >> shift) & 15])
    x, y, z = acc
    if z == 0:
        return None
    inverse = pow(z, -1, P)
    return x * inverse**2 % P, y * inverse**3 % P


def multiply(s: int, p: Point) -> Point | None:
    """s·p; None at infinity."""
    return _two_products(s, p, 0, G)


def on_curve(p: Point) -> bool:
    x, y = p
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - A * x - B) % P == 0


@lru_cache(maxsize=1024)
def decompress(x: int, odd: bool) -> Point | None:
    """The point with this x and parity of y; None where there is none."""
    if x >= P:
        return None
    square = (x * x * x + A * x + B) % P
    y = pow(square, (P + 1) // 4, P)  # p ≡ 3 (mod 4)
    if y * y % P != square:
        return None
    return x, (y if y % 2 == odd else P - y)


def public_key(data: bytes) -> Point | None:
    """A compressed public key (33 bytes)."""
    if len(data) != 33 or data[0] not in (2, 3):
        return None
    return decompress(int.from_bytes(data[1:], "big"), data[0] == 3)


def coordinates(key: Point) -> bytes:
    return key[0].to_bytes(32, "big") + key[1].to_bytes(32, "big")


@lru_cache(maxsize=1024)
def kid(key: Point) -> bytes:
    """§2.2: the first 8 bytes of SM3 over the uncompressed public key."""
    return sm3(b"\x04" + coordinates(key))[:8]


@lru_cache(maxsize=1024)
def z_value(key: Point, user_id: bytes = USER_ID) -> bytes:
    head = (8 * len(user_id)).to_bytes(2, "big") + user_id
    return sm3(head + A.to_bytes(32, "big") + B.to_bytes(32, "big") + coordinates(G) + coordinates(key))


def verify_digest(key: Point, e: bytes, signature: bytes) -> bool:
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % N
    if not (1 <= r < N and 1 <= s < N) or t == 0:
        return False
    point = _two_products(s, G, t, key)
    return point is not None and (int.from_bytes(e, "big") + point[0]) % N == r


def verify(key: Point, message: bytes, signature: bytes, user_id: bytes = USER_ID) -> bool:
    return verify_digest(key, sm3(z_value(key, user_id) + message), signature)


def private_public(private_key: int) -> Point:
    """The public key of a private one."""
    return _two_products(private_key, G, 0, G)


def sign(private_key: int, message: bytes, user_id: bytes = USER_ID) -> bytes:
    """A signature with a random number of its own (GB/T 32918.2 §6.1). Not in constant time: for trying things out."""
    e = int.from_bytes(sm3(z_value(private_public(private_key), user_id) + message), "big")
    while True:
        k = 1 + secrets.randbelow(N - 1)
        r = (e + private_public(k)[0]) % N
        s = pow(1 + private_key, -1, N) * (k - r * private_key) % N
        if r and s and r + k != N:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
