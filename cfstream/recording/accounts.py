"""Account numbers taken out of a snapshot, so that it may lie where everybody reads it; and put back for a plan.

Each number becomes another one of twelve digits, the same everywhere in the snapshot. A number has few digits, so the
hash is a slow one: to try all numbers for one salt takes centuries of a processor. A spec that names an account number
itself gives it to the plan: what stands for that number is replaced by it, and so the plan is the one that a snapshot
with all numbers would give. S3's canonical ids of accounts, which lead to their numbers, are hashed as well.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

NUMBER = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
MASKED = re.compile(r"\*+([0-9]{1,11})")
"""An account number as ListConflictingAliases shows it: only its last digits."""

CANONICAL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

NAMES_OF_OBJECTS = frozenset({"Key", "each", "Prefix"})
"""Where any twelve digits are more likely a date: in there only numbers that stand elsewhere too are accounts."""

IDENTITIES = "list_cloud_front_origin_access_identities"


def hidden(document: Mapping[str, Any], salt: str) -> dict[str, Any]:
    """The document of a snapshot without account numbers. `salt` is random, and stands in the document afterwards."""
    account = str(document["account"])
    numbers = frozenset(_numbers(document)) | {account}
    kept = frozenset(_canonical_users(document))

    def one(text: str, *, of_object: bool) -> str:
        masked = MASKED.fullmatch(text)
        if masked:
            ours = account.endswith(masked[1])
            return stand_in(account, salt) if ours else "*" * 6 + stand_in(masked[1], salt)[-6:]
        found = NUMBER.sub(
            lambda match: stand_in(match[0], salt) if not of_object or match[0] in numbers else match[0], text
        )
        return CANONICAL_ID.sub(
            lambda match: match[0] if match[0] in kept else _canonical(match[0], salt), found
        )

    fixed = {name: document[name] for name in ("format_version", "kind", "cfstream_version", "taken")}
    rest = {name: value for name, value in document.items() if name not in {*fixed, "sha256"}}
    return {**fixed, "salt": salt, **_mapped(rest, one)}


def revealed(text: str, salt: str, named: Iterable[str]) -> str:
    """The text of such a document, with the numbers that stand in the strings `named` in their places again."""
    numbers = {number for string in named for number in NUMBER.findall(string)}
    real = {stand_in(number, salt): number for number in sorted(numbers)}
    return NUMBER.sub(lambda match: real.get(match[0], match[0]), text) if real else text


@cache
def stand_in(number: str, salt: str) -> str:
    """The twelve digits that stand for a number."""
    hashed = hashlib.scrypt(number.encode(), salt=salt.encode(), n=2**13, r=8, p=1, dklen=16)
    return f"{int.from_bytes(hashed) % 10**12:012d}"


def strings(value: Any) -> Iterable[str]:
    """Every string inside a nested document, and the names of its members."""
    match value:
        case str():
            yield value
        case Mapping():
            for name, item in value.items():
                yield from (str(name), *strings(item))
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from strings(item)


def _canonical(identity: str, salt: str) -> str:
    return hmac.new(salt.encode(), identity.encode(), "sha256").hexdigest()


def _numbers(document: Any) -> Iterable[str]:
    """Every number that stands anywhere but in the name of an object."""
    match document:
        case str():
            yield from NUMBER.findall(document)
        case Mapping():
            for name, item in document.items():
                if name not in NAMES_OF_OBJECTS:
                    yield from _numbers(item)
        case list():
            for item in document:
                yield from _numbers(item)


def _canonical_users(document: Mapping[str, Any]) -> Iterable[str]:
    """The canonical ids of origin access identities: those are no account's."""
    for entry in document["reads"]:
        if entry["operation"] == IDENTITIES:
            yield from CANONICAL_ID.findall(json.dumps(entry.get("rows", ())))


def _mapped(value: Any, change: Callable[..., str], *, of_object: bool = False) -> Any:
    match value:
        case str():
            return change(value, of_object=of_object)
        case Mapping():
            return {
                change(name, of_object=False): _mapped(
                    item, change, of_object=of_object or name in NAMES_OF_OBJECTS
                )
                for name, item in value.items()
            }
        case list():
            return [_mapped(item, change, of_object=of_object) for item in value]
    return value
