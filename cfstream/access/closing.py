"""How to close an opening, with the command that does it: the fix of each opening. Pure.

cfstream itself never changes what others own. A command for a policy reads the policy again, and keeps what others
changed after the plan.
"""

import json
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Self

from cfstream.access.evaluation import Evaluation, General, ReadAccess
from cfstream.access.listed_reader import text_in_spec
from cfstream.access.model import AccessModel
from cfstream.access.policy import Statement
from cfstream.access.policy.acls import acl_readers
from cfstream.access.policy.actions import ResourceType
from cfstream.access.reader import ANYONE, May, Reader
from cfstream.access.statements import BUCKET_ACL, OBJECT_ACL
from cfstream.domain import AclGrant, Block, ObjectClass
from cfstream.domain.bucket import LEGACY
from cfstream.policy_document import statements
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

MOST = 5
"""Objects whose ACLs have a command each."""


def listing_field(may: May) -> str:
    """Return the field of a spec that lists other readers with this access."""
    return "also_read_by" if may in (May.READ, May.LIST) else "also_managed_by"


def closing_statements(model: AccessModel, reader: Reader, may: May, found: Collection[Statement]) -> str:
    """Return how to close an opening by statements of the bucket's policy, or of an access point's."""
    lines = [f"{_intended(reader, may)}narrow that statement, or remove it:"]
    bucket = f"--bucket {shlex.quote(model.bucket.name)}"
    lines += _without(model.bucket.policy, found, _BUCKET_POLICY, bucket)
    for point in model.bucket.access_points:
        place = f"--account-id {model.account} --name {shlex.quote(point.name)}"
        lines += _without(point.policy, found, _POINT_POLICY, place)
    if len(lines) == 1:
        lines = [f"{_intended(reader, may)}narrow that statement, or remove it"]
    return "\n".join([*lines, *_block(model, reader)])


@dataclass(frozen=True)
class OpenedByAcls:
    """What readers get by ACLs and should not get. A command for one of them also removes the grants of all others.

    An ACL is written as a whole. A command that kept another opening would restore it after its own command.
    """

    found: Evaluation
    of_objects: frozenset[tuple[Reader, May]]
    of_bucket: frozenset[tuple[Reader, May]]

    @classmethod
    def of(cls, found: Evaluation, accesses: Iterable[ReadAccess], general: Iterable[General]) -> Self:
        """Return the openings that are by ACLs; `accesses` and `general` are all openings of a model."""
        by_acl = [each for each in general if not each.access]
        objects = {(each.reader, May.READ) for each in accesses if each.by == (OBJECT_ACL,) and each.direct}
        objects |= {(each.reader, each.may) for each in by_acl if each.by == (OBJECT_ACL,)}
        bucket = {(each.reader, each.may) for each in by_acl if each.by == (BUCKET_ACL,)}
        return cls(found, frozenset(objects), frozenset(bucket))

    def closing_bucket(self, reader: Reader, may: May) -> str:
        """Return how to close an opening by the ACL of the bucket."""
        bucket = self.found.model.bucket
        left = self._left(bucket.grants, ResourceType.BUCKET, self.of_bucket)
        command = f"aws s3api put-bucket-acl --bucket {shlex.quote(bucket.name)}"
        options = _acl_options(left, bucket.owner)
        return _by_acl(self.found.model, reader, may, [f"{command} {options}"] if options else [])

    def closing_objects(self, reader: Reader, may: May) -> str:
        """Return how to close an opening by the ACLs of objects: of all that grant the reader the same."""
        bucket, commands = self.found.model.bucket, []
        for key, each in sorted(self._opened(reader, may).items()):
            left = self._left(each.grants, ResourceType.OBJECT, self.of_objects)
            place = f"--bucket {shlex.quote(bucket.name)} --key {shlex.quote(key)}"
            options = _acl_options(left, each.owner or bucket.owner)
            commands.append(f"aws s3api put-object-acl {place} {options}" if options else "")
        return _by_acl(self.found.model, reader, may, commands if all(commands) else [])

    def objects(self, reader: Reader, may: May) -> tuple[str, ...]:
        """Return the keys of the objects whose ACLs grant this to the reader, sorted."""
        return tuple(sorted(self._opened(reader, may)))

    def _opened(self, reader: Reader, may: May) -> Mapping[str, ObjectClass]:
        return {
            key: each
            for each in self.found.model.bucket.objects.classes
            if any((reader, may) in self._gives(grant, ResourceType.OBJECT) for grant in each.grants)
            for key in each.keys
            if self.found.key in (None, key)
        }

    def _left(
        self, grants: Iterable[AclGrant], on: ResourceType, opened: frozenset[tuple[Reader, May]]
    ) -> list[AclGrant]:
        """Return the grants that open nothing. Under BlockPublicAcls, S3 refuses an ACL with public ones."""
        blocked = self.found.model.bucket.block.acls
        kept = (
            each
            for each in grants
            if not (each.public and blocked) and not opened & set(self._gives(each, on))
        )
        return sorted(kept, key=lambda each: (str(each.grantee), each.permission))

    @staticmethod
    def _gives(grant: AclGrant, on: ResourceType) -> tuple[tuple[Reader, May], ...]:
        return acl_readers((grant,), on, block=Block(), ownership=LEGACY)


def closing_distribution(model: AccessModel, access: ReadAccess, may: May, flags: str) -> str:
    """Return how to close an opening by another distribution of the account."""
    id_, stack = access.distribution_id, model.stacks.get(access.distribution_id)
    arn = access.distribution.arn if access.distribution else ""
    listed = f"list {arn} in {listing_field(may)}" if isinstance(arn, str) and arn else ""
    if stack is not None and access.reader == ANYONE:
        listed = listed or f"list its ARN in {listing_field(may)} when it exists"
        declared = f"name the spec of stack {stack} in the same command, if it declares this public"
        return f"{declared}; or {listed}; otherwise give that distribution signers in that spec"
    if not isinstance(id_, str):
        return "give that distribution signers"
    command = f"cfstream import {id_} --out {id_}.yaml{flags}"
    intended = f"if it is intended, {listed}; otherwise " if listed else ""
    return f"{intended}take it over, and give it your signers in its spec:\n`{command}`"


def without_repeats(fixes: Iterable[str]) -> Iterator[str]:
    """Yield fixes that are listed together, each without the commands that an earlier one has."""
    commands: set[str] = set()
    for do in fixes:
        lines: list[str] = []
        for line in do.splitlines():
            if line not in commands:
                lines.append(line)
            elif lines:
                lines[-1] = f"{lines[-1].removesuffix(':')}, with the command above"
        commands.update(line for line in do.splitlines() if line.startswith("`"))
        yield "\n".join(lines)


def _intended(reader: Reader, may: May) -> str:
    """Return the way out for a reader that the spec can list; empty for others."""
    text = text_in_spec(reader)
    return f"if it is intended, list {text} in {listing_field(may)}; otherwise " if text else ""


class _Commands(NamedTuple):
    """The commands of the AWS CLI for a policy."""

    read: str
    write: str
    delete: str


_BUCKET_POLICY = _Commands(
    "aws s3api get-bucket-policy", "aws s3api put-bucket-policy", "aws s3api delete-bucket-policy"
)
_POINT_POLICY = _Commands(
    "aws s3control get-access-point-policy",
    "aws s3control put-access-point-policy",
    "aws s3control delete-access-point-policy",
)


def _without(
    policy: Json | None, found: Collection[Statement], commands: _Commands, place: str
) -> Iterator[str]:
    """Yield the command that removes these statements from a policy; nothing if it has none of them."""
    gone = [each for each in statements(policy) if any(each is one.source for one in found)]
    if not gone:
        return
    if len(gone) == len(statements(policy)):
        yield from _in_backticks(f"{commands.delete} {place}")
        return
    chosen = " or ".join(_selected(each) for each in gone)
    program = shlex.quote(f"del(.Statement[] | select({chosen}))")
    read = f"{commands.read} {place} --query Policy --output text"
    yield from _in_backticks(f'{commands.write} {place} --policy "$({read} | jq {program})"')


def _selected(statement: Json) -> str:
    """Return the condition of jq that selects a statement: by its Sid, which is unique, or by all of it."""
    if sid := statement.get("Sid"):
        return f".Sid == {json.dumps(sid)}"
    return f". == {json.dumps(statement, default=str)}"


def _in_backticks(command: str) -> Iterator[str]:
    """Yield a command as part of a fix; nothing if it cannot be pasted from there."""
    if "`" not in command and command.isprintable():
        yield f"`{command}`"


_OPTIONS: Mapping[str, str] = {
    "FULL_CONTROL": "--grant-full-control",
    "READ": "--grant-read",
    "READ_ACP": "--grant-read-acp",
    "WRITE": "--grant-write",
    "WRITE_ACP": "--grant-write-acp",
}


def _acl_options(left: Sequence[AclGrant], owner: str) -> str:
    """Return the options that write an ACL with the owner's grant and these; empty if they are not all known."""
    if not left:
        return "--acl private"
    if not owner or not all(isinstance(each.grantee, str) for each in left):
        return ""
    by_permission: dict[str, list[str]] = {"FULL_CONTROL": [f"id={owner}"]}
    for each in left:
        kind = "uri" if "://" in str(each.grantee) else "id"
        by_permission.setdefault(each.permission, []).append(f"{kind}={each.grantee}")
    return " ".join(f"{_OPTIONS[name]} {','.join(who)}" for name, who in by_permission.items())


def _by_acl(model: AccessModel, reader: Reader, may: May, commands: Sequence[str]) -> str:
    shown = [line for each in commands[:MOST] for line in _in_backticks(each)]
    if len(shown) < len(commands) and reader == ANYONE and not model.bucket.block.complete:
        # Too many for a list. The block makes S3 ignore all of these grants.
        return "\n".join(_block(model, reader, before=""))
    more = f" (these are {len(shown)} of {len(commands)})" if len(shown) < len(commands) else ""
    advice = f"{_intended(reader, may)}remove that grant from the ACL{more}{':' if shown else ''}"
    return "\n".join([advice, *shown, *_block(model, reader)])


def _block(model: AccessModel, reader: Reader, before: str = "then ") -> Iterator[str]:
    """Yield the command that blocks public access, for a reader that it denies.

    Blocking public access comes second. With a public policy, RestrictPublicBuckets also denies other accounts, and it
    still allows distributions of other accounts (S3 User Guide, "Blocking public access to your Amazon S3 storage").
    """
    bucket = model.bucket
    if text_in_spec(reader) is None and not bucket.block.complete:
        yield f"{before}block public access for the bucket {bucket.name}:"
        yield f"`{block_command(bucket.name)}`"


def block_command(bucket: str) -> str:
    """Return the command that blocks all public access to a bucket."""
    settings = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    return (
        f"aws s3api put-public-access-block --bucket {bucket} --public-access-block-configuration {settings}"
    )
