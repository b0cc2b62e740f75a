"""Judge a bucket's policy with bits: for each requester, the statements that allow it, and those that deny it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from cfstream.access.model import AccessModel
from cfstream.access.origins import judged_by_origins
from cfstream.access.partition import Named
from cfstream.access.policy import (
    Action,
    Judge,
    Requester,
    ResourceType,
    Statement,
    acl_readers,
    actions,
    anonymous,
    any_account,
    candidates,
    canonical,
    delegates_to_access_points,
    parsed,
)
from cfstream.access.policy.judging import RESOURCE
from cfstream.access.policy.principals import PrincipalForm
from cfstream.access.policy.texts import text_of
from cfstream.access.reader import Certainty, May, Reader, ReaderKind
from cfstream.access.resources import Resources, named_by
from cfstream.access.route import MERGED
from cfstream.domain import AccessPoint, AclGrant, Block, ObjectClass
from cfstream.policy_document import statements
from cfstream.policy_document.document import listed
from cfstream.startup.frozen import dataclass

T = TypeVar("T")

RESTRICTED = "whether RestrictPublicBuckets allows it"
VARIABLE = "a policy variable"
OBJECT_ACL, BUCKET_ACL = "object ACL", "bucket ACL"
"""What gives the access, if it is an ACL."""
VERSIONS = "it names only old versions, which CloudFront requests if it forwards versionId"
_BY_ACL = actions(May.READ)[:2]
"""The actions of READ in an ACL (S3 User Guide, "Mapping of ACL permissions and access policy permissions")."""
_GET = _BY_ACL[0]
QUERY = (
    "it depends on the query string, which CloudFront sends to the origin only if the behavior forwards it"
)
_BY_METHOD = frozenset({"s3:listbucket", "s3:putobject", "s3:deleteobject"})
"""The actions of a GET for the bucket, and of a PUT, POST or DELETE for a key, without a query string (S3 API)."""
_BY_BUCKET_ACL = ((May.LIST, ResourceType.BUCKET), (May.WRITE, ResourceType.OBJECT))
"""The actions of READ and WRITE in the bucket's own ACL (S3 User Guide, as for `_BY_ACL`)."""


@dataclass(frozen=True)
class PolicyAnswer:
    """A verdict, the undecided parts, and what allows it."""

    verdict: Certainty
    undecided: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    statements: tuple[int, ...] = ()


NO = PolicyAnswer(Certainty.NO)


@dataclass
class PolicyView:
    """One policy of a model, of the bucket or of an access point, and what its resources name."""

    model: AccessModel
    statements: tuple[Statement, ...]
    block: Block
    point: AccessPoint | None = None
    """The access point that the policy belongs to; None for the bucket's policy."""

    def __post_init__(self) -> None:
        self._judge = Judge(self.statements, self.block, self.model.account)
        self._deciding: dict[int, int] = {}
        self._read: dict[tuple[int, Named, ObjectClass | None, bool], PolicyAnswer] = {}

    @classmethod
    def of(cls, model: AccessModel) -> "PolicyView":
        """Return the view of a bucket's policy."""
        return cls(model, parsed(model.bucket.policy), model.bucket.block)

    @classmethod
    def of_point(cls, model: AccessModel, point: AccessPoint) -> "PolicyView":
        """Return the view of an access point's policy. The strictest block applies to requests through it."""
        block = point.block | model.bucket.block
        return cls(model, parsed(point.policy), block, point)

    @cached_property
    def outsiders(self) -> tuple[Requester, ...]:
        """Return every class of requester that a statement could admit, except the account's distributions and OAIs.

        Those are judged by the origins that use them. AWS does not reuse ids, so a deleted distribution of the account
        reads nothing. A distribution whose origins may not lead here is a reader itself.
        """
        identities = set(self.model.identities.values())
        judged = tuple(
            each
            for each in candidates(self._judged_here, self.model.account)
            if not (
                judged_by_origins(self.model, each.reader)
                or (each.reader.kind is ReaderKind.OAI and each.reader.name in identities)
                or (each.reader.kind is ReaderKind.CANONICAL and each.reader.name in self.model.identities)
            )
        )
        return tuple(map(self.known, judged))

    @property
    def _judged_here(self) -> tuple[Statement, ...]:
        """The statements that do not delegate to the account's access points, whose policies are judged instead."""
        return tuple(
            each for each in self.statements if not delegates_to_access_points(each, self.model.account)
        )

    def known(self, requester: Requester) -> Requester:
        """Return the requester with this bucket's context, cached so that it is judged once."""
        return self._judge.known(requester)

    def read(
        self,
        requester: Requester,
        named: Named,
        objects: ObjectClass | None = None,
        *,
        cloudfront: bool = False,
    ) -> PolicyAnswer:
        """Return whether a requester returned by `known` may read keys that the statements in `named` name.

        With `cloudfront`, actions other than GetObject count as uncertain.
        """
        # Cells that differ only in statements about others have the same answer.
        if id(requester) not in self._deciding:
            asked = (*self._allowed_actions[May.READ], _GET)
            self._deciding[id(requester)] = self._judge.deciding(requester, asked)
        mask = self._deciding[id(requester)]
        mine = Named(named.may & mask, named.certain & mask, named.merged & mask)
        key = (id(requester), mine, objects, cloudfront)
        if key not in self._read:
            self._read[key] = self._may_read(requester, mine, objects, cloudfront=cloudfront)
        return self._read[key]

    def _may_read(
        self, requester: Requester, named: Named, objects: ObjectClass | None, *, cloudfront: bool
    ) -> PolicyAnswer:
        found = NO
        if self.reaches(objects):
            found = best(self._decide(requester, each, named) for each in self._allowed_actions[May.READ])
            if cloudfront and found.verdict is Certainty.YES:
                found = self._current(requester, named, found)
        if found.verdict is Certainty.YES:
            return found
        by_acl = self._by_acl(requester, objects, named) if objects is not None else NO
        return best((found, by_acl))

    def reaches(self, objects: ObjectClass | None) -> bool:
        """Return whether the policy applies to these objects. It does not apply to objects that another account owns.

        Source: S3 User Guide, "How Amazon S3 authorizes a request for an object operation".
        """
        return not (objects and objects.owner and self.model.bucket.acls_count)

    def _current(self, requester: Requester, named: Named, found: PolicyAnswer) -> PolicyAnswer:
        """Treat old versions as uncertain: CloudFront requests one only if it forwards a viewer's versionId."""
        current = self._decide(requester, _GET, named)
        if current.verdict is Certainty.YES:
            return current
        return replace(found, verdict=Certainty.MAYBE, undecided=(VERSIONS,))

    def general(self, requester: Requester, may: May) -> PolicyAnswer:
        """Return whether a requester returned by `known` may list, write or manage, for any key.

        `by` and `statements` cover all actions, because one action may be expected and another one not.
        """
        found = [
            self._decide(requester, each, self._somewhere(each.on), self._everything(each.on))
            for each in self._allowed_actions[may]
        ]
        together = best(found)
        return _of(together.verdict, together.undecided, found)

    @property
    def allows_more(self) -> bool:
        """Whether a statement, or the bucket's ACL, allows more than reading objects."""
        return bool(self.of_bucket_acl) or any(
            each.on is ResourceType.OBJECT
            for may in (May.WRITE, May.MANAGE)
            for each in self._allowed_actions[may]
        )

    def by_viewers(self, requester: Requester, may: May, on: ResourceType, named: Named) -> PolicyAnswer:
        """Return whether CloudFront, a requester of `known`, may do more than read at the request of viewers.

        The method and the path decide the action. Other actions, by the query string, count as uncertain.
        """
        keys, forbidding = (named, None) if on is ResourceType.OBJECT else self._named_of[ResourceType.BUCKET]
        asked = [each for each in self._allowed_actions[may] if each.on is on]
        readings = {each.name: self._decide(requester, each, keys, forbidding) for each in asked}
        by_method = best(each for name, each in readings.items() if name in _BY_METHOD)
        by_query = best(each for name, each in readings.items() if name not in _BY_METHOD)
        if by_query.verdict is not Certainty.NO:
            by_query = replace(by_query, verdict=Certainty.MAYBE, undecided=(*by_query.undecided, QUERY))
        certain = keys.certain if forbidding is None else forbidding
        return best((by_method, by_query, self._by_bucket_acl(requester, may, on, certain)))

    def _by_bucket_acl(
        self, requester: Requester, may: May, on: ResourceType, forbidding: int
    ) -> PolicyAnswer:
        """Return what the bucket's own ACL allows CloudFront to do, unless a Deny certainly applies."""
        mine = _counting(self.model.bucket.grants, requester)
        if self.point is not None or (may, on) not in _BY_BUCKET_ACL or not mine:
            return NO
        bucket = self.model.bucket
        found = acl_readers(mine, ResourceType.BUCKET, block=bucket.block, ownership=bucket.ownership)
        if not any(granted is may and _is(reader, requester) for reader, granted in found):
            return NO
        asked = (each for each in actions(may, on) if each.name in _BY_METHOD)
        denied = all(self._judge.forbidden(requester, each) & forbidding for each in asked)
        return NO if denied else PolicyAnswer(Certainty.YES, by=(BUCKET_ACL,))

    def name(self, index: int) -> str:
        """Return the name of a statement in reports: its Sid, or its index."""
        sid = self.statements[index].sid
        name = f"statement {sid}" if sid else f"statement {index + 1} (without a Sid)"
        return f"{name} of the access point {self.point.name}" if self.point else name

    @cached_property
    def _allowed_actions(self) -> Mapping[May, tuple[Action, ...]]:
        """Return the actions that at least one statement allows."""
        allows = [each for each in self.statements if each.allow]
        return {
            may: tuple(each for each in actions(may) if any(one.names_action(each) for one in allows))
            for may in May
        }

    def _decide(
        self, requester: Requester, action: Action, named: Named, forbidding: int | None = None
    ) -> PolicyAnswer:
        found = self._judge.decide(requester, action, named.may, named.certain, forbidding)
        if found.verdict is Certainty.NO:
            return NO
        undecided = [
            f"{self.name(index)}: {self._resource(index, named) if clause == RESOURCE else clause}"
            for index, clause in found.clauses
        ]
        if found.restricted:
            undecided.append(RESTRICTED)
        denying = self._judge.forbidden(requester, action) & named.merged if named.merged else 0
        undecided += [
            f"{self.name(index)}: {self._resource(index, named)}"
            for index in range(denying.bit_length())
            if denying >> index & 1
        ]
        verdict = Certainty.MAYBE if denying else found.verdict
        names = tuple(map(self.name, found.allowed_by))
        return PolicyAnswer(verdict, tuple(dict.fromkeys(undecided)), names, found.allowed_by)

    def _resource(self, index: int, named: Named) -> str:
        """Return why it is undecided whether a statement names a key, with the resources that decide it."""
        why = MERGED if named.merged >> index & 1 else VARIABLE
        policy = self.point.policy if self.point else self.model.bucket.policy
        statement = statements(policy)[index]
        member = "NotResource" if "NotResource" in statement else "Resource"
        return f"{why} ({member} {', '.join(map(str, listed(statement.get(member))))})"

    def _by_acl(self, requester: Requester, objects: ObjectClass, named: Named) -> PolicyAnswer:
        """Return the access by an ACL, unless a Deny certainly applies."""
        counted = self.of_acl(replace(objects, grants=frozenset(_counting(objects.grants, requester))))
        if not any(_is(reader, requester) for reader, may in counted if may is May.READ):
            return NO
        denied = self._judge.forbidden(requester, _GET) & named.certain
        return NO if denied else PolicyAnswer(Certainty.YES, by=(OBJECT_ACL,))

    def denies(self, reader: Reader, named: Named) -> bool:
        """Return whether a Deny certainly prevents the grantee of an ACL from reading, in any form of request."""
        requesters: tuple[Requester, ...]
        match reader.kind:
            case ReaderKind.ANYONE:
                requesters = (anonymous(), any_account())
            case ReaderKind.CANONICAL:
                requesters = (canonical(text_of(reader.name)),)
            case _:
                return False
        return all(
            self._judge.forbidden(self.known(each), action) & named.certain
            for each in requesters
            for action in _BY_ACL
        )

    def of_acl(self, objects: ObjectClass) -> tuple[tuple[Reader, May], ...]:
        """Return who may do what by the ACL of these objects."""
        bucket = self.model.bucket
        return acl_readers(
            objects.grants, ResourceType.OBJECT, block=bucket.block, ownership=bucket.ownership
        )

    @cached_property
    def of_bucket_acl(self) -> tuple[tuple[Reader, May], ...]:
        """Return who may do what by the bucket's own ACL."""
        bucket = self.model.bucket
        return acl_readers(bucket.grants, ResourceType.BUCKET, block=bucket.block, ownership=bucket.ownership)

    def _somewhere(self, on: ResourceType) -> Named:
        """Return the statements that name the bucket, or at least one object of it."""
        return self._named_of[on][0]

    def _everything(self, on: ResourceType) -> int:
        """Return the statements that certainly name the bucket, or every object of it."""
        return self._named_of[on][1]

    @cached_property
    def _named_of(self) -> Mapping[ResourceType, tuple[Named, int]]:
        return {on: (self._naming_some(on), self._naming_all(on)) for on in ResourceType}

    def _naming_some(self, on: ResourceType) -> Named:
        may = certain = 0
        for index, resources in enumerate(self._resources):
            found = resources.bucket if on is ResourceType.BUCKET else resources.some
            may |= (found is not Certainty.NO) << index
            certain |= (found is Certainty.YES) << index
        return Named(may, certain)

    def _naming_all(self, on: ResourceType) -> int:
        named = 0
        for index, each in enumerate(self._resources):
            named |= (each.bucket is Certainty.YES if on is ResourceType.BUCKET else each.every) << index
        return named

    @cached_property
    def _resources(self) -> tuple[Resources, ...]:
        policy = self.point.policy if self.point else self.model.bucket.policy
        return tuple(named_by(self.model, each, self.point) for each in statements(policy))


def best(readings: Iterable[PolicyAnswer]) -> PolicyAnswer:
    """Return all certain answers together if there are any, else all uncertain ones."""
    found = list(readings)
    certain = [each for each in found if each.verdict is Certainty.YES]
    if certain:
        return _of(Certainty.YES, (), certain)
    unsure = [each for each in found if each.verdict is Certainty.MAYBE]
    if not unsure:
        return NO
    return _of(Certainty.MAYBE, _each(clause for each in unsure for clause in each.undecided), unsure)


def _of(verdict: Certainty, undecided: tuple[str, ...], readings: Sequence[PolicyAnswer]) -> PolicyAnswer:
    """Return an answer that combines the reasons of some answers."""
    by = _each(name for each in readings for name in each.by)
    return PolicyAnswer(
        verdict, undecided, by, _each(index for each in readings for index in each.statements)
    )


def _each(values: Iterable[T]) -> tuple[T, ...]:
    """Return each value once, in its original order."""
    return tuple(dict.fromkeys(values))


def _counting(grants: Iterable[AclGrant], requester: Requester) -> tuple[AclGrant, ...]:
    """Return the grants, without those for everybody with an AWS account if the requester has none."""
    signed_in = requester.principal.form not in (PrincipalForm.ANYONE, PrincipalForm.SERVICE)
    return tuple(each for each in grants if signed_in or not each.signed_in)


def _is(reader: Reader, requester: Requester) -> bool:
    """Return whether the grantee of an ACL is the requester. A grant to everybody also covers CloudFront's requests."""
    if reader.kind is ReaderKind.ANYONE:
        return True
    return reader.kind is ReaderKind.CANONICAL and requester.principal.canonical == text_of(reader.name)
