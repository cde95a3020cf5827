# SPDX-License-Identifier: Apache-2.0
"""Checking verdicts that somebody else computed: `verifier-core/vectors/`, and the story of a run of the server."""

import json
from pathlib import Path

from . import bundle, copy, sm2
from .sm3 import sm3
from .verdict import Verdict, decide

EXPECTED = ("outcome", "reason", "warnings")


class Tally:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name: str, differences: list[str]):
        self.passed, self.failed = self.passed + (not differences), self.failed + bool(differences)
        for difference in differences:
            print(f"{name}: {difference}")

    def close(self) -> bool:
        print(f"{self.passed} passed, {self.failed} failed")
        return self.failed == 0 and self.passed > 0  # nothing checked is nothing shown


def _differences(expected: dict, verdict: Verdict) -> list[str]:
    """A missing `reason` or `warnings` says that there are none."""
    wanted = (expected["outcome"], expected.get("reason"), expected.get("warnings") or [])
    got = (verdict.outcome, verdict.reason, verdict.warnings)
    return [f"{what}: expected {a}, got {b}" for what, a, b in zip(EXPECTED, wanted, got) if a != b]


def _bundle(vector: dict) -> bundle.Bundle:
    lists = sorted((iss, bytes.fromhex(data)) for iss, data in vector["status_lists"].items())
    roots = tuple(bytes.fromhex(root) for root in vector["roots"])
    return bundle.load(bytes.fromhex(vector["trust_list"] or ""), roots, tuple(lists))


def _signature_differences(vector: dict) -> list[str]:
    """The vectors in `sm2/`; `message` is null where only the digest is known."""
    data = bytes.fromhex(vector["public_key"])
    key = (int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big"))
    user_id, e = vector["user_id"].encode(), bytes.fromhex(vector["e"])
    z = sm2.z_value(key, user_id)
    got = {"z": z.hex(), "valid": sm2.on_curve(key) and sm2.verify_digest(key, e, bytes.fromhex(vector["signature"]))}
    if vector["message"] is not None:
        got["e"] = sm3(z + bytes.fromhex(vector["message"])).hex()
    return [f"{what}: expected {vector[what]}, got {value}" for what, value in got.items() if vector[what] != value]


def _copy_differences(vector: dict) -> list[str]:
    """The vectors in `copies/`."""
    verdict = copy.decide(vector["copy_code"], _bundle(vector), vector["now"], vector["clock_floor"])
    got = {"outcome": verdict.outcome, "reason": verdict.reason, "since": verdict.since}
    if content := vector["content"]:
        expected = content.pop("digest")
        digests = [copy.content_digest(**content).hex(), verdict.copy.digest.hex()]
        got |= {"outcome": "valid" if digests == [expected, expected] else f"digests {digests}"}
    return [f"{what}: expected {vector[what]}, got {value}" for what, value in got.items() if vector[what] != value]


def check_vectors(directory: Path) -> bool:
    tally = Tally()
    for path in sorted(directory.glob("sm2/*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        tally.add(f"sm2/{path.stem}", _signature_differences(vector))
    for path in sorted(directory.glob("copies/*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        tally.add(f"copies/{path.stem}", _copy_differences(vector))
    for path in sorted(directory.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for vector in content if isinstance(content, list) else [content]:
            if not isinstance(vector, dict) or not {"code", "outcome"} <= vector.keys():
                print(f"{path.name}: of another schema, skipped")
                break
            seen = {bytes.fromhex(cti) for cti in vector.get("seen", [])}
            verdict = decide(vector["code"], _bundle(vector), vector["now"], vector.get("clock_floor") or 0, seen)
            tally.add(vector.get("name", path.stem), _differences(vector, verdict))
    return tally.close()


def check_story(directory: Path) -> bool:
    tally = Tally()
    for told in json.loads((directory / "verdicts.json").read_text(encoding="utf-8")):
        held = bundle.load_directory(directory / told.get("bundle", "bundle"))
        tally.add(told["name"], _differences(told, decide(told["code"], held, told["at"])))
    return tally.close()
