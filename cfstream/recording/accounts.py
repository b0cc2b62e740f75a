"""Replace account numbers in a snapshot, so that it can be public, and restore them for a plan.

Each number becomes another twelve-digit number, the same one everywhere in the snapshot. There are few possible
numbers, so the hash is slow: trying all of them for one salt takes centuries of processor time. If a spec names an
account number, the plan replaces its substitute again, so the plan is the same as from a snapshot with all numbers.
S3's canonical account ids, which identify accounts too, are also hashed.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from cfstream.stack.identities import IDENTITY
from cfstream.startup.frozen import dataclass

NUMBER = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
MASKED = re.compile(r"\*+([0-9]{1,11})")
"""An account number in ListConflictingAliases, which only shows the last digits."""

CANONICAL_ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")

NAMES_OF_OBJECTS = frozenset({"Key", "each", "Prefix"})
"""Fields in which twelve digits are more likely a date. Only numbers that also occur elsewhere count as accounts."""


def hidden(document: Mapping[str, Any], salt: str) -> dict[str, Any]:
    """Return the document of a snapshot without account numbers. `salt` is random, and is stored in the document."""
    sections = document["accounts"]
    known = {*_numbers({**document, "accounts": ()}), *(str(each["account"]) for each in sections)}
    for section in sections:
        for entry in section["reads"]:
            known.update(_numbers(entry, _names_of_objects(entry)))
    identities = frozenset(_canonical_users(sections))
    fixed = {name: document[name] for name in ("format_version", "kind", "cfstream_version", "taken")}
    others = {name: value for name, value in document.items() if name not in {*fixed, "accounts", "sha256"}}
    home = _Mask(str(document["account"]), salt, frozenset(known), identities)
    masked = [
        _hidden_section(section, replace(home, account=str(section["account"]))) for section in sections
    ]
    return {**fixed, "salt": salt, **home.over(others), "accounts": masked}


def _hidden_section(section: Mapping[str, Any], mask: "_Mask") -> dict[str, Any]:
    reads = [mask.over(entry, objects=_names_of_objects(entry)) for entry in section["reads"]]
    return {**mask.over({**section, "reads": []}), "reads": reads}


def revealed(text: str, salt: str, named: Iterable[str]) -> str:
    """Return the text of such a document with the substitutes of the account numbers in `named` replaced again."""
    named_accounts = "\n".join(named)
    numbers = {pseudonym(number, salt): number for number in NUMBER.findall(named_accounts)}
    ids = {_canonical(identity, salt): identity for identity in CANONICAL_ID.findall(named_accounts)}
    with_numbers = NUMBER.sub(lambda match: numbers.get(match[0], match[0]), text) if numbers else text
    return CANONICAL_ID.sub(lambda match: ids.get(match[0], match[0]), with_numbers) if ids else with_numbers


@cache
def pseudonym(number: str, salt: str) -> str:
    """Return the twelve digits that replace a number."""
    hashed = hashlib.scrypt(number.encode(), salt=salt.encode(), n=2**13, r=8, p=1, dklen=16)
    return f"{int.from_bytes(hashed) % 10**12:012d}"


def strings(value: Any) -> Iterable[str]:
    """Yield every string inside a nested document, including the names of members."""
    match value:
        case str():
            yield value
        case Mapping():
            for name, item in value.items():
                yield from (str(name), *strings(item))
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from strings(item)


@dataclass(frozen=True)
class _Mask:
    """Replaces numbers in strings."""

    account: str
    salt: str
    numbers: frozenset[str]
    """Numbers that occur outside object keys."""
    identities: frozenset[str]
    """Canonical ids that are kept."""

    def over(self, value: Any, field: str = "", objects: frozenset[str] = frozenset()) -> Any:
        """Return the document without account numbers. `objects` are the members that contain object keys."""
        match value:
            case str():
                return self._text(value, field, of_object=field in objects)
            case Mapping():
                return {
                    self._text(name, "", of_object=False): self.over(item, name, objects)
                    for name, item in value.items()
                }
            case list():
                return [self.over(item, field, objects) for item in value]
        return value

    def _text(self, text: str, field: str, *, of_object: bool) -> str:
        masked = MASKED.fullmatch(text) if field == "AccountId" else None
        if masked and self.account.endswith(masked[1]):
            return pseudonym(self.account, self.salt)
        if masked:
            return "*" * 6 + pseudonym(masked[1], self.salt)[-6:]
        found = NUMBER.sub(lambda match: self._number(match[0], of_object=of_object), text)
        return CANONICAL_ID.sub(lambda match: self._identity(match[0]), found)

    def _number(self, number: str, *, of_object: bool) -> str:
        return number if of_object and number not in self.numbers else pseudonym(number, self.salt)

    def _identity(self, identity: str) -> str:
        return identity if identity in self.identities else _canonical(identity, self.salt)


def _names_of_objects(entry: Mapping[str, Any]) -> frozenset[str]:
    return NAMES_OF_OBJECTS if entry["service"] == "s3" else frozenset()


def _canonical(identity: str, salt: str) -> str:
    return hmac.new(salt.encode(), identity.encode(), "sha256").hexdigest()


def _numbers(document: Any, without: frozenset[str] = frozenset()) -> Iterable[str]:
    """Yield every number in the document, except in these members."""
    match document:
        case str():
            yield from NUMBER.findall(document)
        case Mapping():
            for name, item in document.items():
                if name not in without:
                    yield from _numbers(item, without)
        case list():
            for item in document:
                yield from _numbers(item, without)


def _canonical_users(sections: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Yield the canonical ids of origin access identities, which do not belong to an account."""
    for entry in (entry for section in sections for entry in section["reads"]):
        if entry["operation"] == IDENTITY.listing.operation:
            yield from CANONICAL_ID.findall(json.dumps(entry.get("rows", ())))
