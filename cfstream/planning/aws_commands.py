"""Make the AWS CLI commands in fixes reach the AWS that was planned: a sandbox or another endpoint is not the real one.

Pasted without that, they would change the real account of whoever has credentials for one.
"""

import re
from dataclasses import replace

from cfstream.errors import Notice, Problem

_START = "`aws "
_ENDPOINT = re.compile(r"--endpoint-url (\S+)")


def reaching(text: str, flags: str) -> str:
    """Return a fix whose AWS CLI commands reach the AWS that `flags` choose."""
    if "--sandbox" in flags:
        return text.replace(_START, '`eval "$(cfstream sandbox up)"; aws ')
    endpoint = _ENDPOINT.search(flags)
    return text.replace(_START, f"`aws --endpoint-url {endpoint[1]} ") if endpoint else text


def problem_reaching(problem: Problem, flags: str) -> Problem:
    """Return a problem whose fix does."""
    return replace(problem, do=reaching(problem.do, flags)) if _START in problem.do else problem


def notice_reaching(notice: Notice, flags: str) -> Notice:
    """Return a notice whose fix does."""
    return replace(notice, do=reaching(notice.do, flags)) if _START in notice.do else notice
