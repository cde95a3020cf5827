# SPDX-License-Identifier: Apache-2.0
"""SM4 and SM2 decryption with the examples of the national standards, and an envelope the server made."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conformance import envelope, sm2, sm4  # noqa: E402

SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
# GB/T 32918.5, annex C: "encryption standard" to the key of the example.
X = 0x04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73
Y = 0xE858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0
C3 = bytes.fromhex("59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766")
C2 = bytes.fromhex("21886CA989CA9C7D58087307CA93092D651EFA")


def der(tag: int, value: bytes) -> bytes:
    length = bytes([len(value)]) if len(value) < 0x80 else b"\x81" + bytes([len(value)])
    return bytes([tag]) + length + value


def integer(number: int) -> bytes:
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def cipher(c3: bytes = C3) -> bytes:
    return der(0x30, integer(X) + integer(Y) + der(4, c3) + der(4, C2))


class Examples(unittest.TestCase):
    def test_sm4(self):
        key = bytes.fromhex("0123456789abcdeffedcba9876543210")
        self.assertEqual(sm4.encrypt_block(key, key).hex(), "681edf34d206965e86b3e94f536e4246")

    def test_sm2_encryption(self):
        self.assertEqual(envelope.decrypt_key(SECRET, cipher()), b"encryption standard")

    def test_what_was_changed_does_not_open(self):
        with self.assertRaises(envelope.NotAnEnvelope):
            envelope.decrypt_key(SECRET, cipher(bytes(32)))
        with self.assertRaises(envelope.NotAnEnvelope):
            envelope.decrypt_key(SECRET, cipher() + b"\0")

    def test_multiples_of_the_base(self):
        self.assertEqual(sm2.multiply(1, sm2.G), sm2.G)
        self.assertIsNone(sm2.multiply(sm2.N, sm2.G))


if __name__ == "__main__":
    unittest.main()
