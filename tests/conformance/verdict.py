# SPDX-License-Identifier: Apache-2.0
"""The verdict of docs/protocol.md §6, step by step."""

from dataclasses import dataclass, field

from . import codetext, credential
from .bundle import Bundle
from .cbor import Malformed
from .codetext import Refused
from .trustlist import Issuer

ALLOWANCE, DAY, WEEK, CHINA = 60, 86_400, 7 * 86_400, 8 * 3_600
PHONE_AHEAD = 10
VALID, INVALID, UNDETERMINED = "valid", "invalid", "undetermined"
INVALID_REASONS = {
    *("malformed", "unsupported_version", "not_a_presentation"),
    *("key_not_valid", "seal_forged", "presentation_forged"),
    *("certificate_expired", "certificate_not_yet_valid"),
    *("cancelled", "suspended", "revoked", "reported_lost", "expired_not_renewed"),
}
STATUS_REASONS = {1: "cancelled", 2: "suspended", 4: "revoked", 6: "reported_lost", 7: "expired_not_renewed"}


@dataclass(frozen=True)
class Verdict:
    outcome: str
    reason: str | None = None
    warnings: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    face: dict | None = None


def outcome_of(reason: str) -> str:
    return INVALID if reason in INVALID_REASONS else UNDETERMINED


def _require(keys: list, reason: str) -> list:
    if not keys:
        raise Refused(reason)
    return keys


def _parse(code: str) -> credential.Presentation:
    """Step 1."""
    try:
        return credential.parse_presentation(codetext.token_of(code))
    except Malformed:
        raise Refused("malformed") from None


def _check_signatures(shown: credential.Presentation, bundle: Bundle) -> Issuer:
    """The row between steps 1 and 2, and steps 2 to 4."""
    if bundle.problem:
        raise Refused(bundle.problem)
    sealed = shown.credential
    issuer = bundle.trust_list.issuer_of(sealed.iss)
    if issuer is None:
        raise Refused("unknown_issuer")
    keys = _require(issuer.with_kid(sealed.envelope.kid), "unknown_key")
    keys = _require([key for key in keys if key.good_for("seal", sealed.iat)], "key_not_valid")
    _require([key for key in keys if sealed.envelope.verifies(key.point)], "seal_forged")
    if shown.made_by_phone:
        points = [sealed.device_key] if sealed.device_key else []
    else:
        keys = _require(issuer.with_kid(shown.envelope.kid), "unknown_key")
        points = [key.point for key in keys if key.good_for("presentation", shown.iat)]
        _require(points, "key_not_valid")
    _require([point for point in points if shown.envelope.verifies(point)], "presentation_forged")
    return issuer


def _findings(shown: credential.Presentation, bundle: Bundle, issuer: Issuer, now: int, clock_floor: int):
    """Steps 5 to 9, in their order; every finding."""
    sealed, status = shown.credential, bundle.statuses.get(issuer.iss)
    slow = now + ALLOWANCE < max(clock_floor, bundle.clock_floor())
    if slow:
        yield "clock_suspect"
    if now + ALLOWANCE < shown.iat:
        yield "code_not_yet_valid"
    if now >= shown.exp + ALLOWANCE:
        yield "code_expired"
    last_day = sealed.face.get("last_day")
    if last_day is not None and (now + CHINA) // DAY > last_day:
        yield "certificate_expired"
    elif now < sealed.nbf and not slow:
        yield "certificate_not_yet_valid"
    if now >= sealed.exp:
        yield "credential_expired"
    if issuer.iss in bundle.statuses and status is None:
        yield "bundle_invalid"
    if status and (value := status.value(sealed.face["index"])) in STATUS_REASONS:
        yield STATUS_REASONS[value]
    lists = [bundle.trust_list, *([status] if status else [])]
    if any(now - each.iat > WEEK or now >= each.exp for each in lists):
        yield "bundle_too_old"


def _warnings(shown: credential.Presentation, bundle: Bundle, issuer: Issuer, now: int, seen) -> list[str]:
    status = bundle.statuses.get(issuer.iss)
    value = status.value(shown.credential.face["index"]) if status else None
    phone_off = shown.iat - now > PHONE_AHEAD or now >= shown.exp
    table = {
        "status_stale": status is not None and now - status.iat > DAY,
        "status_unknown": value is None,
        "trust_list_stale": now - bundle.trust_list.iat > DAY,
        "seen_before": shown.cti in seen,
        "superseded": value == 3,
        "review_overdue": value == 5,
        "holder_clock_off": shown.made_by_phone and phone_off,
        "specimen": shown.credential.face.get("specimen", False),
    }
    return [name for name, applies in table.items() if applies]


def decide(code: str, bundle: Bundle, now: int, clock_floor: int = 0, seen=frozenset()) -> Verdict:
    try:
        shown = _parse(code)
        issuer = _check_signatures(shown, bundle)
    except Refused as refused:
        return Verdict(outcome_of(refused.reason), refused.reason)
    findings = list(_findings(shown, bundle, issuer, now, clock_floor))
    face = shown.credential.face
    if not findings:
        return Verdict(VALID, warnings=_warnings(shown, bundle, issuer, now, seen), face=face)
    findings.sort(key=lambda reason: outcome_of(reason) != INVALID)  # stable: the earlier step first
    return Verdict(outcome_of(findings[0]), findings[0], others=findings[1:], face=face)
