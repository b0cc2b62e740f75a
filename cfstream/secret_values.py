"""Replace shared secrets in AWS's documents by digests: in everything that is shown, recorded or saved.

Three places of these documents hold what is, in practice, a password:

- values of custom origin headers, by which an origin recognises CloudFront;
- ``aws:Referer`` and ``aws:UserAgent`` in conditions of a policy: the same header as a password, on the side of the
  bucket (S3 User Guide, "Restricting access to a specific HTTP referer", shows the form).

Other condition keys stay readable. Their values are names (accounts, ARNs, networks, VPCs), or labels that anyone with
read access can list (tags). A caller cannot get access by knowing them.

Documents that are sent to AWS never pass through here.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

REDACTED = "(secret) scrypt:"
"""How the digest of a secret begins."""

SECRET_CONDITIONS = frozenset({"aws:referer", "aws:useragent"})
"""Condition keys, in lower case, that compare a header which a client sends, and so can hold a password."""

_ANYTHING = re.compile(r"[*?]*")


def without_secrets(value: Any) -> Any:
    """The same document with secrets as digests; equal secrets have equal digests.

    Law: doing it again changes nothing. So a document that was recorded like this has the digest of the real one.
    """
    match value:
        case Mapping():
            return {name: _member(name, item) for name, item in value.items()}
        case list() | tuple():
            return [without_secrets(item) for item in value]
    return value


def condition_shown(operator: str, key: str, value: Any) -> Any:
    """The value of a condition as it may be shown: the digest of one that may be a secret.

    The operator Null compares with true or false, and a pattern of wildcards alone matches everything: both stay.
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
        ):  # GetBucketPolicy, GetKeyPolicy and GetAccessPointPolicy answer with a document as text
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
    """A digest that shows whether two secrets are equal, and that makes it slow to guess a short one."""
    if secret.startswith(REDACTED):
        return secret
    # RFC 7914; 4 MiB and some hundredths of a second for each guess.
    hashed = hashlib.scrypt(
        secret.encode(), salt=b"cfstream: origin custom header", n=2**12, r=8, p=1, dklen=16
    )
    return REDACTED + hashed.hex()
