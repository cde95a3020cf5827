# SPDX-License-Identifier: Apache-2.0
"""A verdict as JSON, with the names docs/protocol.md §3 and §5.1 give to the codes of a face."""

from . import credential
from .bundle import Bundle
from .verdict import Verdict


def face_as_json(face: dict, bundle: Bundle) -> dict:
    kind = face["kind"]
    table = "qualification" if kind in credential.QUALIFICATION_KINDS else "business"
    names = bundle.trust_list.scopes.get(table, {})
    shown = {key: value.hex() if type(value) is bytes else value for key, value in face.items()}
    shown["kind"] = credential.KINDS.get(kind, str(kind))
    if "scope" in face:
        shown["scope"] = [names.get(code, str(code)) for code in face["scope"]]
    return shown


def as_json(verdict: Verdict, bundle: Bundle) -> dict:
    return {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "warnings": verdict.warnings,
        "others": verdict.others,
        "face": face_as_json(verdict.face, bundle) if verdict.face else None,
    }
