# SPDX-License-Identifier: Apache-2.0
"""SM4 (GB/T 32907) and its CBC mode with the padding of PKCS #7, for opening envelopes."""

_SBOX = bytes.fromhex(
    "d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62"
    "e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
    "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1"
    "e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
    "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684"
    "18f07dec3adc4d2079ee5f3ed7cb3948"
)
_FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)
_CK = [int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), "big") for i in range(32)]
_M = 0xFFFFFFFF


def _rotl(x: int, k: int) -> int:
    return ((x << k) | (x >> (32 - k))) & _M


def _tau(x: int) -> int:
    return int.from_bytes(bytes(_SBOX[b] for b in x.to_bytes(4, "big")), "big")


def _round_keys(key: bytes) -> list[int]:
    k = [int.from_bytes(key[4 * i : 4 * i + 4], "big") ^ _FK[i] for i in range(4)]
    for i in range(32):
        b = _tau(k[i + 1] ^ k[i + 2] ^ k[i + 3] ^ _CK[i])
        k.append(k[i] ^ b ^ _rotl(b, 13) ^ _rotl(b, 23))
    return k[4:]


def _block(round_keys: list[int], block: bytes) -> bytes:
    x = [int.from_bytes(block[4 * i : 4 * i + 4], "big") for i in range(4)]
    for key in round_keys:
        b = _tau(x[-3] ^ x[-2] ^ x[-1] ^ key)
        x.append(x[-4] ^ b ^ _rotl(b, 2) ^ _rotl(b, 10) ^ _rotl(b, 18) ^ _rotl(b, 24))
    return b"".join(word.to_bytes(4, "big") for word in reversed(x[-4:]))


def encrypt_block(key: bytes, block: bytes) -> bytes:
    return _block(_round_keys(key), block)


def decrypt_cbc(key: bytes, iv: bytes, data: bytes) -> bytes:
    if len(key) != 16 or len(iv) != 16 or not data or len(data) % 16:
        raise ValueError("lengths of SM4-CBC")
    round_keys, before, out = _round_keys(key)[::-1], iv, b""
    for i in range(0, len(data), 16):
        block = data[i : i + 16]
        out += bytes(a ^ b for a, b in zip(_block(round_keys, block), before))
        before = block
    count = out[-1]
    if not 1 <= count <= 16 or out[-count:] != bytes([count]) * count:
        raise ValueError("padding")
    return out[:-count]
