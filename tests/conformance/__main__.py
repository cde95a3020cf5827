# SPDX-License-Identifier: Apache-2.0
"""python3 -m conformance vectors DIR | verify --bundle DIR [--at UNIX] CODE | story DIR | sign-request …
| open --key HEX FILE (run from `tests/`)."""

import argparse
import json
import sys
import time
from pathlib import Path

from . import bundle, envelope, httpsig, report, vectors
from .verdict import decide


def verify(arguments) -> bool:
    held = bundle.load_directory(arguments.bundle)
    verdict = decide(arguments.code, held, arguments.at)
    print(json.dumps(report.as_json(verdict, held), ensure_ascii=False, indent=2))
    return True


def open_envelope(arguments) -> bool:
    sys.stdout.buffer.write(envelope.open_envelope(arguments.envelope.read_bytes(), arguments.key))
    return True


def sign_request(arguments) -> bool:
    headers = [tuple(part.strip() for part in header.split(":", 1)) for header in arguments.header]
    body = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    signed = httpsig.sign_request(
        int(arguments.key, 16), arguments.method, arguments.target, headers, body, arguments.created, arguments.nonce
    )
    for name, value in signed.items():
        print(f"{name}: {value}")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="conformance")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("vectors", help="check every vector in a directory")
    command.add_argument("directory", type=Path)
    command.set_defaults(run=lambda a: vectors.check_vectors(a.directory))
    command = commands.add_parser("story", help="check DIR/verdicts.json against the bundles beside it")
    command.add_argument("directory", type=Path)
    command.set_defaults(run=lambda a: vectors.check_story(a.directory))
    command = commands.add_parser("verify", help="decide one code")
    command.add_argument("--bundle", type=Path, required=True)
    command.add_argument("--at", type=int, default=int(time.time()))
    command.add_argument("code")
    command.set_defaults(run=verify)
    command = commands.add_parser("open", help="open an envelope with a private key")
    command.add_argument("--key", type=lambda text: int(text, 16), required=True)
    command.add_argument("envelope", type=Path)
    command.set_defaults(run=open_envelope)
    command = commands.add_parser("sign-request", help="header fields of a signed request; the body from standard input")
    command.add_argument("--key", required=True, help="private key, hexadecimal")
    command.add_argument("--created", type=int)
    command.add_argument("--nonce")
    command.add_argument("--header", action="append", default=[], help="a header that is signed: 'name: value'")
    command.add_argument("method")
    command.add_argument("target", help="path and query")
    command.set_defaults(run=sign_request)
    arguments = parser.parse_args()
    return 0 if arguments.run(arguments) else 1


sys.exit(main())
