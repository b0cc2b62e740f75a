"""Policy variables in condition values, replaced where the request's value is known.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Callable

from cfstream.access.policy.context import UNKNOWN, Absent, Chosen, Fixed, Unknown, Value, fixed
from cfstream.access.policy.wildcards import has_variable, is_wild

_VARIABLE = re.compile(r"\$\{\s*([^\s{}*?$,']+)\s*(?:,\s*'([^'{}]*)'\s*)?\}")
OF_THE_BUCKET = frozenset({"aws:resourceaccount", "s3:resourceaccount"})
"""Keys whose value is the account that owns the bucket, for every requester."""


def replaced(text: str, value_of: Callable[[str], Value]) -> str | None:
    """Return a condition's value with each variable replaced that `value_of` knows by its key in lower case.

    None if a variable has no value and no default: AWS then does not match the value, or ignores the statement. Other
    variables stay as they are.
    """
    if not has_variable(text):
        return text
    found = [_known(each.group(1).lower(), each.group(2), value_of) for each in _VARIABLE.finditer(text)]
    if None in found:
        return None
    known = iter(found)
    return _VARIABLE.sub(lambda each: next(known) or each.group(), text)


def of_bucket(text: str, account: str) -> str:
    """Return a condition's value with the variables replaced that name the account of the bucket."""
    return replaced(text, lambda key: fixed(account) if key in OF_THE_BUCKET else UNKNOWN) or text


def _known(key: str, default: str | None, value_of: Callable[[str], Value]) -> str | None:
    """Return the text that replaces a variable; empty if the variable stays, None if it has no value."""
    match value_of(key):
        case Fixed((only,)):
            return _plain(only)
        case Absent():
            return None if default is None else _plain(default)
        case Chosen((only,), False) | Unknown((only,), False) if not is_wild(only):
            return _plain(only)
    return ""


def _plain(text: str) -> str:
    """Return text in which no character is special."""
    return re.sub(r"[*?$]", r"${\g<0>}", text)
