"""The context of one stack while it is planned: its spec, its account, and the time."""

import shlex
from functools import cached_property
from typing import TYPE_CHECKING

from cfstream.domain import Delivery, Mark
from cfstream.spec.load import Stack
from cfstream.spec.model import Spec
from cfstream.startup.frozen import dataclass
from cfstream.values import Account, Address

if TYPE_CHECKING:
    from datetime import datetime


def names_of_buckets(spec: Spec) -> tuple[str, ...]:
    """Return the name of its bucket, by which a spec is found."""
    return (spec.bucket.name,)


def names(spec: Spec) -> tuple[str, ...]:
    """Return the name of its stack, by which a spec is found."""
    return (spec.name,)


@dataclass(frozen=True)
class StackContext:
    """The context that all kinds of one stack share while it is planned."""

    stack: Stack
    account: Account
    partition: str = "aws"
    region: str = "us-east-1"
    """The region of the session, for a bucket whose region the spec does not name."""
    now: "datetime | None" = None
    """AWS's time before anything was read. It is compared with times of AWS, and is never late."""
    real_aws: bool = True
    """False if the endpoint is not Amazon's, for example the sandbox."""
    beside: tuple[Spec, ...] = ()
    """The specs of the account that are planned together, including this one."""
    flags: str = ""
    """The flags with which another command reaches the same AWS, with a space before each flag."""
    all_objects: bool = False
    """Whether to read the ACLs of all objects, and not a sample of a large bucket."""
    asked_key: str | None = None
    """The key of an object that the user asks about: its ACL is read in any case."""
    destroying: bool = False
    """Whether the stack is being destroyed. Its spec then only shows where to look, and nothing is wanted."""

    @property
    def name(self) -> str:
        return self.stack.spec.name

    @property
    def delivery(self) -> Delivery:
        """How the stack's distribution delivers."""
        return Delivery(self.stack.spec.delivery)

    @property
    def distribution(self) -> Address:
        """The address of the stack's distribution."""
        return self.address(self.delivery.kind)

    def command(self, verb: str) -> str:
        """Return a command for this stack, quoted for a shell: ``cfstream wait lectures.yaml``."""
        return f"cfstream {verb} {shlex.quote(self.stack.path)}{self.flags}"

    @property
    def applying(self) -> str:
        """The end of a fix that runs apply, where no plan is known: other changes of the spec may have hazards."""
        return f"if the plan has hazards, apply names the flags that allow them:\n`{self.command('apply')}`"

    def address(self, kind: str, member: str = "") -> Address:
        """Return the address of a resource of this stack."""
        return Address(kind, self.name, member)

    @cached_property
    def mark(self) -> str:
        """The text at the start of the comment of owned resources without tags: ``cfstream:<name>``."""
        return str(Mark(self.name))

    def owns(self, comment: str | None) -> bool:
        """Return whether a comment or description starts with the stack's mark."""
        mark = self.mark
        return comment is not None and comment.startswith(mark) and comment.split(" ", 1)[0] == mark
