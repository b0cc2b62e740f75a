"""The life cycle of a resource that shows its owner in a comment: find, create, repair, keep, delete.

CloudFront has five kinds of these. They have no tags, so the comment (or description) starts with the stack's mark.
An `OwnedKind` holds what differs between the kinds: how the API names them, and the stages of their steps.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Protocol, TypeVar

from cfstream.domain import Mark
from cfstream.domain.unknown_members import unknown_members
from cfstream.errors import Missing, Notice, Problem, Refused, TakenName
from cfstream.indexed import having
from cfstream.ports import Call, Reads
from cfstream.stack.calls import Need, Needs, Scope
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import Proposal, Relied
from cfstream.stack.shown import Referred
from cfstream.startup.frozen import dataclass
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.hazards import Hazard
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage, Step
from cfstream.values import ETag, Json, Known, Ref, digest


class MarkedRow(Protocol):
    """What shows whose a resource is."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str:
        """Its unique name; empty if the kind has no names."""
        ...

    @property
    def comment(self) -> str:
        """The text that starts with the mark of the stack that owns it."""
        ...


class Row(MarkedRow, Protocol):
    """One live resource of an owned kind, as a list shows it."""

    @property
    def content(self) -> Json:
        """What a plan relies on: another content makes a saved plan stale."""
        ...


R = TypeVar("R", bound=Row)
M = TypeVar("M", bound=MarkedRow)


@dataclass(frozen=True)
class Version:
    """The document of one resource, read by its id: lists show no ETag."""

    id: str
    document: Json
    etag: ETag
    unknown: tuple[str, ...] = ()
    """Members of the document that the installed botocore does not know."""


@dataclass(frozen=True)
class Reason:
    """Why a step is proposed, where the spec asks for it, and what it changes."""

    because: str
    path: Sequence[str | int]
    changes: tuple[Change, ...]
    hazards: tuple[Hazard, ...] = ()


@dataclass(frozen=True)
class Unwanted:
    """A resource that the stack owns and that the spec no longer wants."""

    live: Row
    member: str
    """Its member in the address of the step that deletes it."""
    called: str
    """Its name or id, as a notice shows it."""
    change: Change
    base: Json
    """Fields of its document that must be as the plan saw them when it is deleted."""
    users: tuple[str, ...] = ()
    """What still uses it after the plan. It is deleted only if this is empty."""
    because: str = "cfstream created it, and nothing uses it now"


@dataclass(frozen=True)
class ListedResource:
    """One resource of the account, with any owner, as its list shows it."""

    id: str
    words: str
    """Its kind in a sentence."""
    name: str
    """Empty if the kind has no names."""
    owner: str | None
    """The stack that its mark names; None without a mark."""
    row: Json = field(default_factory=dict)


@dataclass(frozen=True)
class OwnedKind:
    """How the API of CloudFront names one kind of resource that has an owner in its comment."""

    kind: str
    noun: str
    """Its name in operations: ``create_<noun>``."""
    plural: str
    """Its name in the list operation."""
    resource: str
    """The member of a reply that has the resource. Its document is `<resource>Config`."""
    created: Stage
    deleted: Stage
    outputs: Mapping[str, str] = field(default_factory=lambda: {"id": "Id"})
    """What a creation returns: the member of the resource, by output name."""
    brings: tuple[str, ...] = ("id",)
    """The outputs of a creation that later kinds may refer to."""
    named: bool = True
    """Whether CloudFront keeps its name unique."""
    referenced: bool = False
    """Whether it is created with a caller reference."""
    nested: bool = False
    """Whether a row of the list has the resource in a member, with its whole document."""

    @property
    def config(self) -> str:
        """The member that has the document, in calls and replies."""
        return f"{self.resource}Config"

    @property
    def listing(self) -> Call:
        """The call that lists all resources of the account."""
        return Call("cloudfront", f"list_{self.plural}")

    @property
    def words(self) -> str:
        """The kind in a sentence: ``key group``."""
        return self.kind.replace("-", " ")

    @property
    def many(self) -> str:
        """The plural in a sentence: ``key groups``."""
        return self.plural.removeprefix("cloud_front_").replace("_", " ")

    def needs(self, on: Scope, *verbs: str) -> Needs:
        """Yield the calls with these verbs: ``list``, ``create``, ``get``, ``get_config``, ``update``, ``delete``."""
        for verb in verbs:
            word, _, document = verb.partition("_")
            noun = self.plural if verb == "list" else self.noun
            yield Need("cloudfront", "_".join(filter(None, (word, noun, document))), on)

    def rows(self, aws: Reads) -> list[Json]:
        """Return the list's rows. Makes one list call; raises as `Reads.items`."""
        return [self.of_row(row) for row in aws.items(self.listing)]

    def listed(self, aws: Reads) -> list[ListedResource]:
        """Return all resources of the account. Makes one list call; raises as `Reads.items`."""
        return [self._listed(row) for row in self.rows(aws)]

    def _listed(self, row: Json) -> ListedResource:
        document = row[self.config] if self.nested else row
        comment = document.get("Comment") or document.get("Description")
        return ListedResource(row["Id"], self.words, document.get("Name") or "", owner_by_mark(comment), row)

    def of_row(self, row: Json) -> Json:
        """Return the resource in a row of the list."""
        resource: Json = row[self.resource] if self.nested else row
        return resource

    def get(self, resource_id: str) -> Call:
        """Return the call that reads one resource."""
        return Call("cloudfront", f"get_{self.noun}", {"Id": resource_id})

    def names(self, aws: Reads) -> Iterator[Referred]:
        """Yield all resources of the account, or why they cannot be listed."""
        try:
            yield from (Referred(each.id, each.name) for each in self.listed(aws))
        except Refused as refusal:
            yield Referred("", unread=f"names are missing: {refusal.what}")

    def name(self, aws: Reads, resource_id: str) -> Referred:
        """Return one resource by its id, or why it cannot be read. The comment replaces a missing name."""
        answer = aws.together([self.get(resource_id)])[0]
        if isinstance(answer, Refused):
            return Referred(resource_id, unread=f"{resource_id} could not be read: {answer.what}")
        live = answer.get(self.resource) or {}
        document = live.get(self.config) or {}
        name = document.get("Name") or document.get("Comment") or ""
        return Referred(resource_id, name, live.get("S3CanonicalUserId") or "")

    def get_config(self, resource_id: str) -> Call:
        """Return the call that reads the document of one resource."""
        return Call("cloudfront", f"get_{self.noun}_config", {"Id": resource_id})

    def read(self, aws: Reads, resource_id: str) -> Version:
        """Return the document of one resource with its ETag. Raises as `Reads.read`."""
        return self._version(resource_id, aws.read(self.get_config(resource_id)))

    def read_all(self, aws: Reads, ids: Sequence[str], *, gone: bool = False) -> Mapping[str, Version]:
        """Return the documents of several resources, by id. Raises the first refusal.

        With `gone`, resources that do not exist are left out.
        """
        found = {}
        for each, answer in zip(ids, aws.together([self.get_config(each) for each in ids]), strict=True):
            if gone and isinstance(answer, Missing):
                continue
            if isinstance(answer, Refused):
                raise answer
            found[each] = self._version(each, answer)
        return found

    def _version(self, resource_id: str, reply: Json) -> Version:
        unknown = unknown_members(reply, self.config)
        return Version(resource_id, reply[self.config], ETag(reply["ETag"]), unknown)

    def create(self, context: StackContext, member: str, config: Json, reason: Reason) -> Create:
        """Return the step that creates a resource, and that finds what a lost reply has created."""
        row = f"{self.resource}.{self.config}.Name" if self.nested else "Name"
        document = f"{self.resource}.{self.config}"
        return Create(
            address=context.address(self.kind, member),
            stage=self.created,
            because=reason.because,
            line=context.stack.line(*reason.path),
            changes=reason.changes,
            call=Call("cloudfront", f"create_{self.noun}", {self.config: config}),
            outputs={name: f"{self.resource}.{path}" for name, path in self.outputs.items()},
            twin=Twin(
                listing=self.listing,
                row_id=f"{self.resource}.Id" if self.nested else "Id",
                row={row: config["Name"]} if self.named else None,
                detail=f"get_{self.noun}",
                match={f"{document}.Name": config["Name"]} if self.named else {},
                content=document,
            ),
            # Without a name, only the caller reference shows the owner: the next plan repairs other settings.
            document=self.config if self.named else "",
            reference=f"{self.config}.CallerReference" if self.referenced else "",
        )

    def modify(
        self, context: StackContext, member: str, live: Version, config: Json, reason: Reason
    ) -> Modify:
        """Return the step that replaces the document of a resource."""
        return Modify(
            address=context.address(self.kind, member),
            stage=self.created,
            because=reason.because,
            line=context.stack.line(*reason.path),
            changes=reason.changes,
            hazards=reason.hazards,
            call=Call("cloudfront", f"update_{self.noun}", {"Id": live.id, self.config: config}),
            document=self.config,
            read=self.get_config(live.id),
            content=self.config,
            base=live.document,
            etag=live.etag,
            unknown=live.unknown,
        )

    def made(self, create: Create, also: Mapping[str, Known] | None = None) -> Proposal:
        """Return the proposal for a resource that does not exist yet. It brings its outputs, and `also`."""
        brings: dict[str, Known] = {name: Ref(create.id, name) for name in self.brings}
        return Proposal(steps=(create,), brings={create.address: {**brings, **(also or {})}})

    def kept(self, relied: Relied, brings: Mapping[str, Known], repair: tuple[Step, ...] = ()) -> Proposal:
        """Return the proposal for a resource that exists, with the steps that repair it."""
        return Proposal(steps=repair, brings={relied.address: brings}, relied_on=(relied,))

    def relied(self, context: StackContext, member: str, live: Row, etag: ETag | None = None) -> Relied:
        """Return what a plan relies on of a live resource."""
        return Relied(context.address(self.kind, member), digest(live.content), etag, document=live.content)

    def name_taken(
        self, context: StackContext, live: Row, do: str, *path: str | int, shared: bool = False, use: str = ""
    ) -> Problem:
        """Return the problem that a resource with the wanted name exists, and that the stack does not own it.

        `shared` and `use` are those of `TakenName`.
        """
        what = f"the {self.words} {live.name} ({live.id}) already exists, and {owner_of(live.comment)}"
        owner = owner_by_mark(live.comment) or ""
        taken = TakenName(f"the {self.words} {live.name}", owner, shared, use)
        return replace(context.stack.problem(what, do, *path), taken=taken)

    def with_orphans(self, context: StackContext, wanted: Proposal, unwanted: Iterable[Unwanted]) -> Proposal:
        """Return `wanted`, with the deletion of each unwanted resource that nothing uses, and notices of the others."""
        unwanted = tuple(unwanted)
        orphans = [each for each in unwanted if not each.users]
        relied = [self.relied(context, each.member, each.live) for each in orphans]
        return replace(
            wanted,
            steps=(*wanted.steps, *(self._delete(context, each) for each in orphans)),
            relied_on=(*wanted.relied_on, *(replace(each, document=None) for each in relied)),
            notices=(*wanted.notices, *(self._stays(each) for each in unwanted if each.users)),
        )

    def _delete(self, context: StackContext, orphan: Unwanted) -> Delete:
        return Delete(
            address=context.address(self.kind, orphan.member),
            stage=self.deleted,
            because=orphan.because,
            changes=(orphan.change,),
            call=Call("cloudfront", f"delete_{self.noun}", {"Id": orphan.live.id}),
            read=self.get_config(orphan.live.id),
            content=self.config,
            base=orphan.base,
        )

    def left(
        self,
        context: StackContext,
        rows: Iterable[MarkedRow],
        unused: Iterable[str],
        named: Collection[str] = (),
    ) -> Iterator[Notice]:
        """Yield a notice for each resource that destroy does not delete, although nothing uses it afterwards.

        `unused` are the ids of the resources that nothing uses then, and `named` of those that the spec refers to.
        cfstream deletes what it created, unless a spec refers to it: a resource of another stack with that stack.
        """
        for each in (row for one in sorted(unused) for row in having(rows, ids, one)):
            owner = owner_by_mark(each.comment)
            if owner is None or (owner == context.name and each.id in named):
                why = "the spec only refers to it" if owner else "cfstream did not create it"
                called = f"the {self.words} {each.name or each.id}"
                text = f"{called} stays, because {why}: nothing uses it after this"
                yield Notice(text, do="delete it in AWS, unless you need it", left=(called,))

    def _stays(self, each: Unwanted) -> Notice:
        users = ", ".join(each.users)
        return Notice(
            f"the stack no longer needs the {self.words} {each.called}, but it stays: still used by {users}",
            stays=True,
        )


def ids(row: MarkedRow) -> tuple[str, ...]:
    """Return the id, by which a resource is found."""
    return (row.id,)


def names(row: MarkedRow) -> tuple[str, ...]:
    """Return the name, by which a resource is found."""
    return (row.name,)


def marks(row: MarkedRow) -> tuple[str, ...]:
    """Return what may be the mark of a stack at the start of its comment, by which a resource is found."""
    return (row.comment.split(" ", 1)[0],)


def marked(context: StackContext, rows: Iterable[M]) -> list[M]:
    """Return the resources that have the stack's mark."""
    return list(having(rows, marks, context.mark))


def chosen(ours: Iterable[R], name: str, used: str) -> R | None:
    """Return the stack's own resource: the one with this name, else the one in use, else the one with the lowest id."""
    return min(ours, key=lambda row: (row.name != name, row.id != used, row.id), default=None)


def of_others(context: StackContext, rows: Iterable[R], name: str) -> R | None:
    """Return the resource with this name, if it does not have the stack's mark."""
    return next((row for row in having(rows, names, name) if not context.owns(row.comment)), None)


def owner_by_mark(comment: str | None) -> str | None:
    """Return the stack that a comment names as the owner: it starts with ``cfstream:<name>``."""
    mark = Mark.read(comment)
    return mark.stack if mark else None


def owner_of(comment: str | None) -> str:
    """Return who owns a resource of others, in words, from its comment."""
    owner = owner_by_mark(comment)
    return f"it belongs to the cfstream stack {owner}" if owner else "it does not belong to cfstream"


def joined(parts: Sequence[Proposal]) -> Proposal:
    """Return one proposal for the members of a kind."""
    return Proposal(
        steps=tuple(step for part in parts for step in part.steps),
        brings={address: brought for part in parts for address, brought in part.brings.items()},
        relied_on=tuple(relied for part in parts for relied in part.relied_on),
        problems=tuple(problem for part in parts for problem in part.problems),
        notices=tuple(notice for part in parts for notice in part.notices),
    )
