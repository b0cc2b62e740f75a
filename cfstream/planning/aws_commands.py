"""Make the AWS CLI commands in fixes reach the AWS that was planned: a sandbox or another endpoint is not the real one.

Pasted unchanged, such a command changes the real account of a user who has credentials for one.
"""

import re
from dataclasses import replace
from typing import TypeVar

from cfstream.errors import Notice, Problem

T = TypeVar("T", Problem, Notice)

_START = "`aws "
_ENDPOINT = re.compile(r"--endpoint-url (\S+)")


def reaching(text: str, flags: str) -> str:
    """Return a fix whose AWS CLI commands reach the AWS that `flags` choose."""
    if "--sandbox" in flags:
        return text.replace(_START, '`eval "$(cfstream sandbox up)"; aws ')
    endpoint = _ENDPOINT.search(flags)
    return text.replace(_START, f"`aws --endpoint-url {endpoint[1]} ") if endpoint else text


def with_reaching_fix(found: T, flags: str) -> T:
    """Return a problem or a notice with such a fix."""
    return replace(found, do=reaching(found.do, flags)) if _START in found.do else found
