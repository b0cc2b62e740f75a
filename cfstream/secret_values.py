"""Replace shared secrets in AWS's documents by digests, before anything is shown, recorded or saved.

Three places in these documents are, in practice, used for passwords:

- values of custom origin headers, by which an origin recognises CloudFront
- ``aws:Referer`` and ``aws:UserAgent`` in conditions of a policy: the same header as a password, checked by the bucket
  (S3 User Guide, "Restricting access to a specific HTTP referer", shows the form)

Other condition keys stay readable. Their values are names (accounts, ARNs, networks, VPCs), or tags that anyone with
read access can list. Knowing them does not give access.

Documents that are sent to AWS never pass through here.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

REDACTED = "(secret) scrypt:"
"""The prefix of a secret's digest."""

SECRET_CONDITIONS = frozenset({"aws:referer", "aws:useragent"})
"""Condition keys, in lower case, that compare a header from the client, and so can be used for a password."""

_LEAVES = frozenset({str, int, bool, float, type(None)})
"""Types of values without parts: asking for a Mapping takes ten times as long."""

_ANYTHING = re.compile(r"[*?]*")


def without_secrets(value: Any) -> Any:
    """Return the document with secrets as digests. Equal secrets have equal digests.

    Law: repeating it changes nothing. So a document that was recorded like this has the digest of the real one.
    """
    if value.__class__ in _LEAVES:
        return value
    match value:
        case Mapping():
            return {name: _member(name, item) for name, item in value.items()}
        case list() | tuple():
            return [without_secrets(item) for item in value]
    return value


def condition_shown(operator: str, key: str, value: Any) -> Any:
    """Return the value of a condition for display: a digest if it may be a secret.

    The operator Null compares with true or false, and a pattern of only wildcards matches everything. Both stay.
    """
    if key.lower() not in SECRET_CONDITIONS or operator.lower().rpartition(":")[2] == "null":
        return value
    if isinstance(value, list | tuple):
        return [condition_shown(operator, key, each) for each in value]
    return value if not isinstance(value, str) or _ANYTHING.fullmatch(value) else _hidden(value)


def _member(name: str, item: Any) -> Any:
    match name, item:
        case "HeaderValue", _:
            return _hidden(str(item).strip())
        case "Condition", Mapping():
            return {operator: _tests(operator, tests) for operator, tests in item.items()}
        case (
            "Policy",
            str(),
        ):  # GetBucketPolicy, GetKeyPolicy and GetAccessPointPolicy return a document as text
            return _policy_text(item)
    return without_secrets(item)


def _tests(operator: str, tests: Any) -> Any:
    if not isinstance(tests, Mapping):
        return tests
    return {key: condition_shown(operator, key, values) for key, values in tests.items()}


def _policy_text(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return text
    shown = without_secrets(document)
    return text if shown == document else json.dumps(shown, separators=(",", ":"), ensure_ascii=False)


@cache
def _hidden(secret: str) -> str:
    """Return a digest that shows whether two secrets are equal, and makes guessing a short one slow."""
    if secret.startswith(REDACTED):
        return secret
    # RFC 7914; 4 MiB and some hundredths of a second for each guess.
    hashed = hashlib.scrypt(
        secret.encode(), salt=b"cfstream: origin custom header", n=2**12, r=8, p=1, dklen=16
    )
    return REDACTED + hashed.hex()
