# SPDX-License-Identifier: Apache-2.0
"""SM3 and SM2 with the examples of the national standards; CBOR and base32 at the edges of docs/protocol.md."""

import base64
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conformance import cbor, codetext, httpsig, sm2  # noqa: E402
from conformance.sm3 import sm3  # noqa: E402

KEY = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
R = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
S = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
SIGNATURE = bytes.fromhex(R + S)


class Sm3(unittest.TestCase):
    def test_examples(self):
        for message, digest in (
            (b"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
            (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        ):
            self.assertEqual(sm3(message).hex(), digest)


class Sm2(unittest.TestCase):
    def test_example_of_the_standard(self):
        self.assertEqual(
            sm2.z_value(KEY).hex().upper(), "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"
        )
        self.assertTrue(sm2.verify(KEY, b"message digest", SIGNATURE))
        self.assertFalse(sm2.verify(KEY, b"message digesT", SIGNATURE))
        self.assertFalse(sm2.verify(KEY, b"message digest", SIGNATURE, b""))

    def test_signature_of_a_real_certificate(self):
        key = (
            0x48CA38C8E4C828D8F29021F4FF17954ABCE5A870AC86BCEA7119227CF65C1D4C,
            0x9BCEB5C5537A32EDB45FF81081CBFD4C989AEAC60BC5D88D7F28860C03E4D7FC,
        )
        e = bytes.fromhex("2A38715E308D32F16D3909CBBECD1CA58D1751410C6256DA0AF20EB612711155")
        r = "A81436F6806D8A5648F1D33A378404422A65275D87A21B926C896C3CA0FFBB90"
        s = "D319A2CD89801D2E0FF32E68CEB8C702F2EE1226CE23CF7C409859EAD3C0731A"
        self.assertTrue(sm2.verify_digest(key, e, bytes.fromhex(r + s)))

    def test_ranges(self):
        r, s, n = int(R, 16), int(S, 16), sm2.N
        for bad in ((0, s), (r, 0), (n, s), (r, n), (r, n - r), (r, (s + 1) % n), ((1 << 256) - 1, s)):
            signature = b"".join(v.to_bytes(32, "big") for v in bad)
            self.assertFalse(sm2.verify(KEY, b"message digest", signature), bad)

    def test_points(self):
        self.assertTrue(sm2.on_curve(sm2.G) and sm2.on_curve(KEY))
        for point in (sm2.G, KEY):
            data = bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")
            self.assertEqual(sm2.public_key(data), point)
            self.assertNotEqual(sm2.public_key(bytes([data[0] ^ 1]) + data[1:]), point)
        for data in ("02" + "ff" * 32, "04" + "00" * 32, "02", ""):
            self.assertIsNone(sm2.public_key(bytes.fromhex(data)))

    def test_a_few_milliseconds(self):
        start = time.perf_counter()
        for _ in range(20):
            sm2.verify(KEY, b"message digest", SIGNATURE)
        self.assertLess((time.perf_counter() - start) / 20, 0.05)


class Cbor(unittest.TestCase):
    def test_accepted(self):
        for data, value in (
            ("1818", 24),
            ("3a00010000", -65537),
            ("1bffffffffffffffff", (1 << 64) - 1),
            ("a2010220f5", {1: 2, -1: True}),
            ("a201024100f4", {1: 2}),  # a key of another type: checked, and left out
            ("81" * 7 + "80", [[[[[[[[]]]]]]]]),
            ("81" * 8 + "00", [[[[[[[[0]]]]]]]]),
        ):
            self.assertEqual(cbor.decode(bytes.fromhex(data), 64), value)

    def test_refused(self):
        for data in (
            *("", "1817", "190018", "1a00000018", "1b0000000000000018", "5800", "0000", "18"),
            *("9f00ff", "bf01ff", "5f4100ff", "c000", "d200", "f6", "f7", "f90000", "f814", "e0", "ff", "1c"),
            *("a201000100", "a202000100", "a120", "61ff", "62c080", "63eda080", "5affffffff00", "9bffffffffffffffff"),
            *("81" * 9 + "00", "81" * 8 + "80", "a100" * 8 + "a0"),
        ):
            with self.assertRaises(cbor.Malformed, msg=data):
                cbor.decode(bytes.fromhex(data), 64)


class SignedRequest(unittest.TestCase):
    """docs/service-accounts.md: its worked example, and that what is made here verifies."""

    KEY = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
    DOCUMENT = (Path(__file__).parents[2] / "docs/service-accounts.md").read_text(encoding="utf-8")

    def block(self, heading: str) -> str:
        return self.DOCUMENT.split(heading)[1].split("```text\n")[1].split("\n```")[0]

    def test_the_worked_example_verifies(self):
        base = self.block("### What is signed")
        signature = base64.b64decode(self.block("### The request").split("signature: sig1=:")[1].split(":")[0])
        self.assertTrue(sm2.verify(sm2.private_public(self.KEY), base.encode(), signature))

    def test_what_is_made_has_the_form_of_the_example_and_verifies(self):
        head, body = self.block("### The request").split("\n\n")
        method, target = head.splitlines()[0].split(" ")
        headers = [("Content-Type", "application/json")]
        nonce = "00112233445566778899aabbccddeeff"
        made = httpsig.sign_request(self.KEY, method, target, headers, body.encode(), 1781488800, nonce)
        self.assertIn(f"signature-input: {made['signature-input']}", head)
        self.assertIn(f"content-digest: {made['content-digest']}", head)
        signature = base64.b64decode(made["signature"].split(":")[1])
        base = self.block("### What is signed")
        self.assertTrue(sm2.verify(sm2.private_public(self.KEY), base.encode(), signature))


class CodeText(unittest.TestCase):
    def test_reasons(self):
        bare = "Q" * 160
        for text, reason in (
            *(("", "malformed"), ("Q" * 2049, "malformed"), (bare[:-1] + "a", "malformed"), (bare + "Q", "malformed")),
            *((bare[:-1], "not_a_presentation"), (bare + " ", "not_a_presentation"), ("q" * 160, "not_a_presentation")),
            *(("HTTPS://A/V/2", "unsupported_version"), ("HTTPS://A/V/0QQ", "unsupported_version")),
            *(("HTTPS://A/V/1", "malformed"), ("HTTPS://A/V/", "malformed"), ("HTTPS://A/V/1QR", "malformed")),
            *(("HTTPS://A/V", "not_a_presentation"), ("HTTPS://A/v/1QQ", "not_a_presentation")),
            *(("FTP://A/V/1QQ", "not_a_presentation"), (" HTTPS://A/V/1QQ", "not_a_presentation")),
        ):
            with self.assertRaises(codetext.Refused, msg=text) as caught:
                codetext.token_of(text)
            self.assertEqual(caught.exception.reason, reason, text)

    def test_tokens(self):
        self.assertEqual(codetext.token_of("hTTp://a.b:8080/V/1AE"), b"\x01")
        self.assertEqual(len(codetext.token_of("Q" * 160)), 100)


if __name__ == "__main__":
    unittest.main()
