"""What all kinds of one stack know while it is planned: its spec, its account, and the time."""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cfstream.domain import Delivery, Mark
from cfstream.spec.load import Stack
from cfstream.spec.model import Spec
from cfstream.values import Account, Address

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Scene:
    """What all kinds of one stack have in common while it is planned."""

    stack: Stack
    account: Account
    partition: str = "aws"
    region: str = "us-east-1"
    """The region of the session: where a bucket without a region of its own is looked for, and made."""
    now: "datetime | None" = None
    real_aws: bool = True
    """False when the endpoint is not Amazon's: the sandbox, or another stand-in."""
    beside: tuple[Spec, ...] = ()
    """The specs that are planned together, this one among them."""
    flags: str = ""
    """What a further command needs to reach the same AWS, with a space before each flag."""
    destroying: bool = False
    """Whether all that is the stack's is to go: its spec then says where to look, and nothing is wanted."""

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
        """A further command for this stack, as it can be pasted into a shell: ``cfstream wait lectures.yaml``."""
        return f"cfstream {verb} {shlex.quote(self.stack.path)}{self.flags}"

    def moment(self, time: Any) -> "datetime | None":
        """Return a time from AWS. A snapshot has it as ISO 8601 text, which is read as the type of `now`."""
        if isinstance(time, str):
            return type(self.now).fromisoformat(time) if self.now is not None else None
        moment: datetime | None = time
        return moment

    def address(self, kind: str, member: str = "") -> Address:
        """The address of a resource of this stack."""
        return Address(kind, self.name, member)

    @property
    def mark(self) -> str:
        """How the comment of our resources without tags begins: ``cfstream:<name>``."""
        return str(Mark(self.name))

    def owns(self, comment: str | None) -> bool:
        """Return whether a comment or description starts with our mark."""
        return Mark.read(comment) == Mark(self.name)
