# SPDX-License-Identifier: Apache-2.0
"""SM3 (GB/T 32905), which docs/protocol.md §2.2 uses for every digest and key id."""

import struct

_M = 0xFFFFFFFF
_IV = (0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E)


def _rotl(x: int, k: int) -> int:
    k %= 32
    return ((x << k) | (x >> (32 - k))) & _M


_T = [_rotl(0x79CC4519 if j < 16 else 0x7A879D8A, j) for j in range(64)]


def _expand(block: bytes) -> list[int]:
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        r = w[j - 3]
        x = w[j - 16] ^ w[j - 9] ^ (((r << 15) | (r >> 17)) & _M)
        r = w[j - 13]
        w.append((x ^ ((x << 15) | (x >> 17)) ^ ((x << 23) | (x >> 9)) ^ ((r << 7) | (r >> 25)) ^ w[j - 6]) & _M)
    return w


def _compress(v: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    w = _expand(block)
    a, b, c, d, e, f, g, h = v
    for j in range(64):
        a12 = ((a << 12) | (a >> 20)) & _M
        ss1 = (a12 + e + _T[j]) & _M
        ss1 = ((ss1 << 7) | (ss1 >> 25)) & _M
        ss2 = ss1 ^ a12
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) & _M
        tt2 = (gg + h + ss1 + w[j]) & _M
        d, c, b, a = c, ((b << 9) | (b >> 23)) & _M, a, tt1
        h, g, f = g, ((f << 19) | (f >> 13)) & _M, e
        e = tt2 ^ (((tt2 << 9) | (tt2 >> 23)) & _M) ^ (((tt2 << 17) | (tt2 >> 15)) & _M)
    return tuple(x ^ y for x, y in zip(v, (a, b, c, d, e, f, g, h)))


def sm3(message: bytes) -> bytes:
    """The 32-byte digest of `message`."""
    padded = message + b"\x80" + bytes((55 - len(message)) % 64) + struct.pack(">Q", 8 * len(message))
    v = _IV
    for i in range(0, len(padded), 64):
        v = _compress(v, padded[i : i + 64])
    return struct.pack(">8I", *v)
