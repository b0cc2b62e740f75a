"""What was asked of AWS and what was heard, as data: equal questions have equal keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cfstream.errors import CfstreamError
from cfstream.ports import Call


class Way(StrEnum):
    """By which question of `ports.Reads` something was asked."""

    READ = "read"
    ITEMS = "items"
    PAGES = "pages"


@dataclass(frozen=True, order=True)
class Asked:
    """One question. `params` are sorted compact JSON, so that it can be a key."""

    service: str
    operation: str
    params: str
    way: Way
    region: str

    @classmethod
    def of(cls, way: Way, call: Call) -> "Asked":
        """The key of a call."""
        params = json.dumps(dict(call.params), sort_keys=True, separators=(",", ":"), default=str)
        return cls(call.service, call.operation, params, way, call.region)

    def param(self, name: str) -> Any:
        """One of its parameters; None where it has none of that name."""
        return json.loads(self.params).get(name)


@dataclass(frozen=True)
class Pages:
    """The pages of a list that were looked at; `whole` where that was all of them."""

    pages: tuple[Any, ...]
    whole: bool


Heard = Mapping[str, Any] | list[Any] | Pages | CfstreamError
"""The reply, the rows of a list, its pages, or what came instead: a refusal, or no answer."""
