# SPDX-License-Identifier: Apache-2.0
"""The credential of docs/protocol.md §3 and the presentation of §4. Reading only: signatures are for the verdict."""

import re
from dataclasses import dataclass

from . import cose, sm2
from .cbor import Malformed
from .fields import array_of, boolean, bstr, get, mapping, octets, text, uint

FACE, CNF = -65537, 8
KINDS = {
    8: "道路运输经营许可证",
    16: "道路危险货物运输许可证",
    74: "网络预约出租汽车经营许可证",
    79: "放射性物品道路运输许可证",
    13: "道路运输证",
    73: "网络预约出租汽车运输证",
    71: "道路运输从业人员从业资格证",
    75: "巡游出租汽车驾驶员证",
    72: "网络预约出租汽车驾驶员证",
}
QUALIFICATION_KINDS = (71, 72, 75)
_FACE_FIELDS = {  # key: name, type, required
    1: ("kind", uint, True),
    2: ("number", text, True),
    3: ("holder", text, True),
    4: ("id_tail", text, False),
    5: ("plate", text, False),
    6: ("plate_colour", lambda v: uint(v) and v <= 255, False),
    7: ("scope", array_of(lambda v: uint(v) and v < 1 << 32), False),
    8: ("index", uint, True),
    9: ("version", lambda v: uint(v) and v >= 1, True),
    10: ("last_day", uint, False),
    11: ("portrait", octets(8), False),
    12: ("specimen", boolean, False),
}


@dataclass(frozen=True)
class Credential:
    envelope: cose.Sign1
    iss: str
    exp: int
    nbf: int
    iat: int
    face: dict
    has_device_key: bool
    device_key: sm2.Point | None  # None also where the cnf's x is on no point of the curve


@dataclass(frozen=True)
class Presentation:
    envelope: cose.Sign1
    credential: Credential
    exp: int
    iat: int
    cti: bytes

    @property
    def made_by_phone(self) -> bool:
        return self.envelope.kid is None


def _device_key(cnf: dict) -> sm2.Point | None:
    key = get(cnf, 1, mapping)
    get(key, 1, lambda v: v == 2 and uint(v))
    get(key, -1, lambda v: v == -65537)
    x = get(key, -2, octets(32))
    point = sm2.decompress(int.from_bytes(x, "big"), get(key, -3, boolean))
    if point is None:
        raise Malformed("a device key that is on no point of the curve")
    return point


def _face(fields: dict) -> dict:
    face = {}
    for key, (name, check, required) in _FACE_FIELDS.items():
        if required or key in fields:
            face[name] = get(fields, key, check)
    return face


def parse_credential(data: bytes) -> Credential:
    envelope = cose.parse(data, tagged=False)
    c = envelope.claims
    cnf = get(c, CNF, mapping, None)
    return Credential(
        envelope,
        iss=get(c, 1, lambda v: text(v) and re.fullmatch("[0-9]{6}", v)),
        exp=get(c, 4, uint),
        nbf=get(c, 5, uint),
        iat=get(c, 6, uint),
        face=_face(get(c, FACE, mapping)),
        has_device_key=cnf is not None,
        device_key=_device_key(cnf) if cnf is not None else None,
    )


def parse_presentation(data: bytes) -> Presentation:
    envelope = cose.parse(data, tagged=False, kid_required=False)
    c = envelope.claims
    exp, iat, cti = get(c, 4, uint), get(c, 6, uint), get(c, 7, octets(8))
    if not 1 <= exp - iat <= 300:
        raise Malformed("a presentation lasts from 1 to 300 s")
    return Presentation(envelope, parse_credential(get(envelope.header, cose.KCWT, bstr)), exp, iat, cti)
