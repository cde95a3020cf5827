# SPDX-License-Identifier: Apache-2.0
"""Reading typed fields out of decoded maps: a field of another type than docs/protocol.md gives it is malformed."""

from .cbor import Malformed

MISSING = object()


def uint(value) -> bool:
    return type(value) is int and value >= 0


def text(value) -> bool:
    return type(value) is str


def boolean(value) -> bool:
    return type(value) is bool


def octets(length: int):
    return lambda value: type(value) is bytes and len(value) == length


def bstr(value) -> bool:
    return type(value) is bytes


def array_of(check):
    return lambda value: type(value) is list and all(check(item) for item in value)


def map_of(key_check, value_check):
    return lambda value: type(value) is dict and all(key_check(k) and value_check(v) for k, v in value.items())


def mapping(value) -> bool:
    return type(value) is dict


def get(fields: dict, key, check, default=MISSING):
    """The value under `key`; `default`, if given, makes the field optional."""
    value = fields.get(key, MISSING)
    if value is MISSING:
        if default is MISSING:
            raise Malformed(f"{key} is missing")
        return default
    if not check(value):
        raise Malformed(f"{key} is not what it must be")
    return value
