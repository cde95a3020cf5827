# SPDX-License-Identifier: Apache-2.0
"""python3 run.py YZT SCHEMATHESIS DIR: does the server answer made-up requests as its OpenAPI document says?

Starts the demonstration (YZT is the program), signs in as each of its accounts in turn, and has schemathesis
send what the document allows and what it forbids: once with made-up ids, once with ids of things that are there.
No answer may be 5xx, or one that the document does not describe. What is found is printed; DIR keeps the server's data.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

# Of schemathesis' checks, those that a server with roles and with states can always pass.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth"
)
EXAMPLES = os.environ.get("CONTRACT_EXAMPLES", "15")
SEED = "2022"


class Server:
    """The demonstration, up until this is left."""

    def __init__(self, yzt: str, directory: str):
        command = [yzt, "demo", "--dir", directory]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.address, self.accounts = "", []

    def __enter__(self) -> "Server":
        for line in self.process.stdout:
            if found := re.search(r"(http://\S+)/openapi\.json", line):
                self.address = found[1]
            elif self.address and (found := re.match(r" {2}([\w-]+) +(demo-\S+) ", line)):
                self.accounts.append((found[1], found[2]))
            elif self.accounts:
                # The line that tells how to end it.
                break
        return self

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)

    def ask(self, path: str, token: str | None = None, body: dict | None = None) -> dict:
        request = urllib.request.Request(self.address + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def sign_in(self, login: str, password: str) -> str:
        return self.ask("/v1/sessions", body={"login": login, "password": password})["token"]


def main(yzt: str, schemathesis: str, directory: str) -> int:
    with Server(yzt, directory) as server:
        accounts = server.accounts
    failed = [
        f"{login}, {about}"
        for login, password in accounts
        for about in ("made-up ids", "known ids")
        if not is_sound(yzt, schemathesis, directory, login, password, about)
    ]
    for name in failed:
        print(f"not as documented: {name}", file=sys.stderr)
    print(f"{len(accounts)} accounts, {len(failed)} failures")
    return 0 if accounts and not failed else 1


def is_sound(yzt: str, schemathesis: str, directory: str, login: str, password: str, about: str) -> bool:
    """On a server of its own: what is sent may end accounts, its own among them."""
    with Server(yzt, directory) as server:
        known = ids(server) if about == "known ids" else {}
        sound = conforms(schemathesis, server, server.sign_in(login, password), known)
        return sound and server.process.poll() is None


def ids(server: Server) -> dict[str, str]:
    """Parameters that name things which are there, by the operation's path."""
    known = {"/problems/{code}": {"code": "not_found"}, "/v1/bundle/status/{iss}": {"iss": "21"}}
    for login, password in server.accounts:
        if login.startswith("driver"):
            certificates = server.ask("/v1/certificates", server.sign_in(login, password))["certificates"]
            presentable = [one for one in certificates if "not_presentable" not in one]
            for one in presentable:
                known["/v1/certificates/{id}"] = {"id": one["id"]}
    return known


def conforms(schemathesis: str, server: Server, token: str, known: dict[str, dict]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        settings = os.path.join(folder, "schemathesis.toml")
        with open(settings, "w", encoding="utf-8") as file:
            for path, parameters in known.items():
                pairs = ", ".join(f'"path.{name}" = "{value}"' for name, value in parameters.items())
                pattern = "^" + re.escape(path).replace("\\", "\\\\")
                file.write(f'[[operations]]\ninclude-path-regex = "{pattern}"\nparameters = {{ {pairs} }}\n')
        done = subprocess.run(
            [schemathesis, "--config-file", settings, "run", server.address + "/openapi.json",
             # Made-up passwords lock the account, and signing out leaves nobody to ask.
             "--exclude-path", "/v1/me/password", "--exclude-path", "/v1/sessions/current",
             "--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--max-examples", EXAMPLES,
             "--phases", "examples,coverage,fuzzing", "--seed", SEED, "--continue-on-failure", "--warnings", "off",
             "--generation-database", "none", "--no-color"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        print(done.stdout, done.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(*map(os.path.abspath, sys.argv[1:])))
