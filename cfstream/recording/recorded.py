"""Recorded calls and answers as data. Equal calls have equal keys."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from cfstream.errors import CfstreamError
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass


class ReadMethod(StrEnum):
    """The method of `ports.Reads` that made the call."""

    READ = "read"
    ITEMS = "items"
    PAGES = "pages"


@dataclass(frozen=True, order=True)
class RecordedCall:
    """One call. `params` is sorted compact JSON, so that it can be a key."""

    service: str
    operation: str
    params: str
    way: ReadMethod
    region: str

    @classmethod
    def of(cls, way: ReadMethod, call: Call) -> "RecordedCall":
        """Return the key of a call."""
        params = json.dumps(dict(call.params), sort_keys=True, separators=(",", ":"), default=str)
        return cls(call.service, call.operation, params, way, call.region)

    def param(self, name: str) -> Any:
        """Return one of its parameters; None if it does not have that parameter."""
        return json.loads(self.params).get(name)


@dataclass(frozen=True)
class Pages:
    """The pages of a list that were read. `whole` is whether those were all."""

    pages: tuple[Any, ...]
    whole: bool


Recorded = Mapping[str, Any] | list[Any] | Pages | CfstreamError
"""The reply, the rows of a list, its pages, or an error: a refusal, or no answer."""
