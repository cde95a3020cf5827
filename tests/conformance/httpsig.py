# SPDX-License-Identifier: Apache-2.0
"""Signed requests of docs/service-accounts.md: HTTP Message Signatures (RFC 9421) with SM2 and SM3."""

import base64
import secrets
import time

from .sm2 import kid, private_public, sign
from .sm3 import sm3


def content_digest(body: bytes) -> str:
    return f"sm3=:{base64.b64encode(sm3(body)).decode()}:"


def signature_base(components: list[tuple[str, str]], params: str) -> str:
    lines = [f'"{name}": {value}' for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {params}'])


def sign_request(
    private_key: int,
    method: str,
    target: str,
    headers: list[tuple[str, str]],
    body: bytes,
    created: int | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The header fields to send with the request; `headers` are those of it that say how the body is to be taken."""
    path, _, query = target.partition("?")
    digest = content_digest(body)
    components = [("@method", method), ("@path", path), ("@query", "?" + query)]
    components += [(name.lower(), value) for name, value in headers]
    components.append(("content-digest", digest))
    names = " ".join(f'"{name}"' for name, _ in components)
    key_id = kid(private_public(private_key)).hex()
    params = f"({names});created={created if created is not None else int(time.time())}"
    params += f';nonce="{nonce or secrets.token_hex(16)}";keyid="{key_id}";alg="sm2-sm3"'
    signature = sign(private_key, signature_base(components, params).encode())
    return {
        **{name.lower(): value for name, value in headers},
        "content-digest": digest,
        "signature-input": f"sig1={params}",
        "signature": f"sig1=:{base64.b64encode(signature).decode()}:",
    }
