# SPDX-License-Identifier: Apache-2.0
"""SM4 and SM2 decryption with the examples of the national standards, and an envelope the server made."""

import shutil
import subprocess
import sys
import tempfile
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


# By the server, to the key 09 09 … 09.
OWN = bytes([9]) * 32
ENVELOPE = bytes.fromhex(
    "30820103060a2a811ccf550601040203a081f43081f10201013181ad3081aa020101301b300e310c300a06035504030c03797a74020900a7"
    "baacdc8d97ff15300b06092a811ccf5501822d03047b3079022006379fb763a93f8192b924896ed0d7428654408099916371cd797b267b43"
    "b7af022100dfece620b5a1c74d98951db5261503c009ad649dde43adf7e533e5cad79162a004207d63ca92d6c75bd7620775f93fa7cd6a98"
    "fb47b5e39b8c12ff1400497b4de50504108324997a2fb5be1cea39b47f5f4aeed2303c060a2a811ccf550601040201301c06082a811ccf55"
    "0168020410fca97f70a4b8f704bcc932069c4aa924801001c826f1e7166e3ed54e0c2617dea185"
)


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


class Envelopes(unittest.TestCase):
    def test_what_the_server_sealed_opens(self):
        self.assertEqual(envelope.open_envelope(ENVELOPE, int.from_bytes(OWN, "big")).decode(), "开封 opened")

    def test_it_opens_with_no_other_key(self):
        with self.assertRaises(envelope.NotAnEnvelope):
            envelope.open_envelope(ENVELOPE, 8)

    def test_it_opens_whole_only(self):
        for end in range(len(ENVELOPE)):
            with self.assertRaises(ValueError):
                envelope.open_envelope(ENVELOPE[:end], int.from_bytes(OWN, "big"))

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not here")
    def test_openssl_opens_it_too(self):
        _, key, iv, content = envelope.recipient(ENVELOPE)
        curve, point = bytes.fromhex("06082a811ccf5501822d"), sm2.multiply(int.from_bytes(OWN, "big"), sm2.G)
        public = der(3, b"\0\x04" + sm2.coordinates(point))
        secret = der(0x30, der(2, b"\1") + der(4, OWN) + der(0xA0, curve) + der(0xA1, public))
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "key").write_bytes(secret)
            (Path(folder) / "cipher").write_bytes(key)

            def run(*arguments, given=b""):
                return subprocess.run(["openssl", *arguments], input=given, cwd=folder, check=True, capture_output=True)

            run("ec", "-inform", "DER", "-in", "key", "-out", "pem")
            sm4_key = run("pkeyutl", "-decrypt", "-inkey", "pem", "-in", "cipher").stdout
            plain = run("enc", "-d", "-sm4-cbc", "-K", sm4_key.hex(), "-iv", iv.hex(), given=content).stdout
        self.assertEqual(plain.decode(), "开封 opened")


if __name__ == "__main__":
    unittest.main()
