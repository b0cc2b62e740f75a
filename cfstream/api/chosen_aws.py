"""The AWS that a function uses: keywords that mean the same as the flags of all commands."""

import os
from typing import TypedDict, Unpack

from cfstream.connection import Connection

StrPath = str | os.PathLike[str]


class ChosenAws(TypedDict, total=False):
    """The AWS of a call. Without keywords it is found as boto3 finds it.

    With `sandbox` it is the sandbox of the working directory, started if needed.
    """

    profile: str | None
    region: str | None
    endpoint_url: str | None
    sandbox: bool


def connection_to(**where: Unpack[ChosenAws]) -> Connection:
    """Return the connection. Raises WrongUsage for keywords that exclude each other."""
    return Connection(
        where.get("profile"),
        where.get("region"),
        where.get("endpoint_url"),
        sandbox=where.get("sandbox", False),
    )


def path_of(given: StrPath | None) -> str | None:
    """Return a path as text."""
    return None if given is None else os.fspath(given)
