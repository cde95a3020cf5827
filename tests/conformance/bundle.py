# SPDX-License-Identifier: Apache-2.0
"""The bundle of docs/protocol.md §5: what was accepted of it, and what was refused (§5.3).

There is no list held from before here, so the comparisons of `seq` and `iat` between two loads do not arise.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import statuslist, trustlist
from .cbor import Malformed


@dataclass(frozen=True)
class Bundle:
    trust_list: trustlist.TrustList | None
    problem: str | None  # why there is no usable trust list
    statuses: dict  # of those issuers for which there is a list: the list, or None if it was refused

    def clock_floor(self) -> int:
        """§6: the iat of every accepted list counts at once."""
        accepted = [self.trust_list, *self.statuses.values()]
        return max((each.iat for each in accepted if each), default=0)


@lru_cache(maxsize=64)
def load(trust_list: bytes, roots: tuple[bytes, ...], status_lists: tuple[tuple[str, bytes], ...]) -> Bundle:
    try:
        trusted = trustlist.load(trust_list, roots)
    except trustlist.ClientTooOld:
        return Bundle(None, "client_too_old", {})
    except Malformed:
        return Bundle(None, "bundle_invalid", {})
    files, statuses = dict(status_lists), {}
    for issuer in trusted.issuers:
        if issuer.iss in files:
            try:
                statuses[issuer.iss] = statuslist.load(files[issuer.iss], issuer)
            except Malformed:
                statuses[issuer.iss] = None
    return Bundle(trusted, None, statuses)


@lru_cache(maxsize=64)
def load_directory(path: Path) -> Bundle:
    """§5: `trust-list.cose`, `status-<iss>.cose`, `roots.txt`."""
    trust_file = path / "trust-list.cose"
    trust_list = trust_file.read_bytes() if trust_file.exists() else b""
    roots = tuple(bytes.fromhex(line) for line in (path / "roots.txt").read_text().split())
    files = sorted(path.glob("status-*.cose"))
    return load(trust_list, roots, tuple((f.stem.removeprefix("status-"), f.read_bytes()) for f in files))
