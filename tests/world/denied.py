"""Reads that AWS refuses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cfstream.aws.client import together
from cfstream.errors import NotAuthorized, Refused
from cfstream.ports import Answer, Call, Reads
from cfstream.values import Json
from tests.world.account import SandboxAccount


@dataclass(frozen=True)
class RefusingReads:
    """Reads in which some operations are refused, if the call has these parameters."""

    port: Reads
    errors: Mapping[str, Refused]
    params: Mapping[str, str]

    def _judge(self, call: Call) -> None:
        if call.operation in self.errors and self.params.items() <= call.params.items():
            raise self.errors[call.operation]

    def read(self, call: Call) -> Json:
        self._judge(call)
        return self.port.read(call)

    def items(self, call: Call) -> Sequence[Json]:
        self._judge(call)
        return self.port.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        self._judge(call)
        return self.port.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return together(self, calls)


def refuse_reads(account: SandboxAccount, errors: Mapping[str, Refused], **params: str) -> None:
    """Let AWS refuse these operations from now on, or only calls with these parameters."""
    reads = account.world.reads
    account.world = replace(account.world, reads=lambda: RefusingReads(reads(), errors, params))


def deny(account: SandboxAccount, operation: str, **params: str) -> None:
    """Let AWS refuse an operation because of a missing permission."""
    denied = NotAuthorized(operation, "AccessDenied", "not allowed", status=403)
    refuse_reads(account, {operation: denied}, **params)
