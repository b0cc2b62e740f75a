"""Make the AWS CLI commands in fixes reach the AWS that was planned: a sandbox or another endpoint is not the real one.

Pasted unchanged, such a command changes the real account of a user who has credentials for one.
"""

import re
from dataclasses import replace
from typing import TypeVar

from cfstream.access.report import Opening
from cfstream.errors import Notice, Problem

T = TypeVar("T", Problem, Notice, Opening)

_START = re.compile(r"(`|\$\()aws (?!--)")
"""The beginning of a command, or of one inside of it, that does not reach its AWS yet."""
_OF_S3_CONTROL = re.compile(r"(`|\$\()aws s3control ")
"""Its clients put the account number before the endpoint's host name, which only a proxy can resolve."""
_OUTER = re.compile(r"`(aws |HTTP_PROXY=)")
_CHOICE = re.compile(r"--(?:endpoint-url|profile) (?:'[^']*'|\S)+")


def reaching(text: str, flags: str) -> str:
    """Return a fix whose AWS CLI commands reach the AWS that `flags` choose. Law: once is enough."""
    if "--sandbox" in flags:
        proxied = _OF_S3_CONTROL.sub(r"\1HTTP_PROXY=$AWS_ENDPOINT_URL aws s3control ", text)
        return _OUTER.sub(r'`eval "$(cfstream sandbox up)"; \1', proxied)
    chosen = " ".join(_CHOICE.findall(flags))
    return _START.sub(lambda start: f"{start[1]}aws {chosen} ", text) if chosen else text


def with_reaching_fix(found: T, flags: str) -> T:
    """Return a problem, a notice or an opening with such a fix."""
    return replace(found, do=reaching(found.do, flags)) if "aws " in found.do else found
