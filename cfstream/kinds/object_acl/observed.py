"""The live grants on objects: the ACLs of a bucket's objects, read in chunks and counted."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from itertools import islice
from typing import TYPE_CHECKING

from cfstream.acl_document import permissions_of, public_permissions
from cfstream.domain import ACL_TAG, AclGrant, LiveDistribution, ObjectAcls, ObjectClass
from cfstream.domain.unknown_members import UNKNOWN
from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.kinds.object_acl.job_role import LiveJobRole
from cfstream.kinds.object_acl.left_jobs import LeftJobs
from cfstream.kinds.object_acl.sample import chosen_keys
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.bucket_region import bucket_regions
from cfstream.stack.context import StackContext
from cfstream.stack.former_buckets import former_names
from cfstream.stack.readers import StillReading, still_reading
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

if TYPE_CHECKING:
    from cfstream.kinds.object_acl.inventory_report import InventoryAcls

KIND = "object-acl"

MOST_KEYS = 10_000
"""The largest number of keys kept for one ACL, so that memory does not grow with the number of objects."""

CHUNK = 200
"""The number of ACLs that are read together, and held in memory at a time."""


@dataclass(frozen=True)
class Tally:
    """The objects under the prefix, counted."""

    total: int = 0
    granted: int = 0
    """Objects on which the OAI has exactly the wanted permission."""
    otherwise: int = 0
    """Objects on which it has another permission."""
    public: int = 0
    """Objects whose ACL allows anyone to read."""
    beyond: int = 0
    """Objects outside the prefix whose ACL grants the OAI something."""
    sha256: str = ""
    """The digest of (key, granted) of each object, in S3's order."""
    acls: ObjectAcls = field(default_factory=lambda: ObjectAcls(complete=False))
    """All objects of the bucket, by what their ACLs grant."""
    sampled: bool = False
    """Whether the bucket has more objects than were read. All counts are those of the sample."""
    unknown: frozenset[str] = frozenset()
    """Members of those ACLs that the installed botocore does not know."""

    @property
    def lacking(self) -> int:
        return self.total - self.granted


def counted(number: int) -> str:
    """Return a number of objects, in words."""
    return f"{number} object" + ("" if number == 1 else "s")


@dataclass(frozen=True)
class LiveGrants:
    """The live grants on objects, and the distributions that can use them."""

    bucket: LiveBucket
    tally: Tally = Tally()
    own: LiveDistribution | None = None
    distributions: tuple[LiveDistribution, ...] = ()
    """Every distribution of the account that the plan does not delete."""
    canonical_users: Mapping[str, str] = field(default_factory=dict)
    """Canonical user id by OAI id, of all OAIs of the account."""
    former: tuple[tuple[str, str], ...] = ()
    """Name and region of each former bucket, if the tag shows that objects have grants."""
    held: Mapping[str, int] = field(default_factory=dict)
    """The number of objects that grant an OAI something, by its id; counted only if the stack is being destroyed."""
    beyond: bool = False
    """Whether objects outside the prefix grant the stack's own identity something, left by a wider prefix."""
    left: LeftJobs = LeftJobs()
    """The jobs of runs that were killed."""
    job_role: LiveJobRole | None = None
    """The role of the job; None if no job is planned."""
    inventory: "InventoryAcls | None" = None
    """What an inventory shows, if only a sample of the ACLs was read and the spec names an inventory."""

    @property
    def acls(self) -> ObjectAcls:
        """The objects whose ACLs were read, grouped by ACL."""
        return self.tally.acls

    def readers(self, context: StackContext, bucket: str) -> StillReading:
        """Return who reads a bucket after the plan, not counting the stack's own default origin."""
        return still_reading(context, self.distributions, self.own, bucket)

    @property
    def marked(self) -> tuple[str, ...]:
        """The OAIs in the distribution's tag, to which objects have grants."""
        return self.own.tag_words(ACL_TAG) if self.own else ()


def tally(
    aws: Reads, context: StackContext, bucket: LiveBucket, prefix: str, *, permission: str, user: str
) -> Tally:
    """Return the counts of the objects under the prefix, and what every ACL of the bucket grants.

    Without a canonical user id (the plan creates the OAI), no object counts as granted. Makes the calls of `acls_of`.
    """
    hashed = hashlib.sha256()
    total = granted = otherwise = public = beyond = 0
    classes = AclClasses(bucket.owner)
    unknown: set[str] = set()
    chosen = chosen_keys(aws, context, bucket)
    for key, acl in acls_of(aws, context, bucket, chosen.keys):
        classes.add(key, acl)
        has = permissions_of(acl, user) if user else frozenset()
        if not key.startswith(prefix):
            beyond += bool(has)
            continue
        unknown.update(acl.get(UNKNOWN, ()))
        exact = has == {permission}
        total, granted = total + 1, granted + exact
        otherwise += bool(has) and not exact
        public += bool(public_permissions(acl) & {"READ", "FULL_CONTROL"})
        hashed.update(json.dumps([key, exact]).encode())
    return Tally(
        total=total,
        granted=granted,
        otherwise=otherwise,
        public=public,
        beyond=beyond,
        sha256=hashed.hexdigest(),
        acls=classes.found(complete=not chosen.sampled),
        sampled=chosen.sampled,
        unknown=frozenset(unknown),
    )


class AclClasses:
    """Groups objects by ACL. Most buckets have only a few different ACLs."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._keys: dict[tuple[frozenset[AclGrant], str], list[str]] = {}
        self._unread: list[str] = []

    def add(self, key: str, acl: Json) -> None:
        """Add an object. An empty ACL is one that could not be read."""
        if not acl:
            self._unread.append(key)
            return
        owner = str((acl.get("Owner") or {}).get("ID") or "")
        grants = frozenset(
            AclGrant(grantee, str(grant["Permission"]))
            for grant in acl.get("Grants") or ()
            if (grantee := _grantee(grant)) != owner
        )
        known = self._keys.setdefault((grants, "" if owner == self._owner else owner), [])
        if len(known) < MOST_KEYS:
            known.append(key)

    def found(self, *, complete: bool) -> ObjectAcls:
        """Return the groups. `complete` means that every object of the bucket was added."""
        classes = tuple(
            ObjectClass(grants, tuple(keys), owner) for (grants, owner), keys in self._keys.items()
        )
        return ObjectAcls(classes, complete, listed=complete, unread=tuple(self._unread))


def _grantee(grant: Json) -> str:
    grantee = grant.get("Grantee") or {}
    return str(grantee.get("ID") or grantee.get("URI") or "")


def acls_of(
    aws: Reads, context: StackContext, bucket: LiveBucket, listed: Iterator[str]
) -> Iterator[tuple[str, Json]]:
    """Yield each object with its ACL, which is empty if it cannot be read.

    Skips objects that were deleted since they were listed. Makes GetObjectAcl for every object, `CHUNK` of them
    together. Raises as `Reads`.
    """
    while keys := list(islice(listed, CHUNK)):
        calls = [bucket_call(context, "get_object_acl", bucket.region, Key=key) for key in keys]
        for key, answer in zip(keys, aws.together(calls), strict=True):
            match answer:
                case Missing():
                    continue
                case NotAuthorized():
                    yield key, {}
                case Refused():
                    raise answer
                case _:
                    yield key, answer


def all_acls(aws: Reads, context: StackContext, bucket: LiveBucket) -> ObjectAcls:
    """Return the ACLs of the bucket's objects, if ACLs are enabled; of a large bucket those of a sample.

    Makes one call for each object that is read.
    """
    if not bucket.usable:
        return ObjectAcls(complete=False, why_not="the bucket is not accessible")
    if not bucket.acls_count:
        return ObjectAcls(why_not="ACLs are disabled")
    classes, total = AclClasses(bucket.owner), 0
    chosen = chosen_keys(aws, context, bucket)
    for key, acl in acls_of(aws, context, bucket, chosen.keys):
        classes.add(key, acl)
        total += 1
    return replace(classes.found(complete=not chosen.sampled), total=total, sampled=chosen.sampled)


def held(
    aws: Reads, context: StackContext, bucket: LiveBucket, users: Mapping[str, str]
) -> tuple[Mapping[str, int], ObjectAcls]:
    """Return how many objects of the bucket grant something to each of `users`, and all ACLs.

    `users` are canonical user ids by OAI id. Makes ListObjectsV2, and GetObjectAcl for every object, but no call if
    there are no users. Raises as `Reads`.
    """
    found: Counter[str] = Counter()
    if not users:
        return found, ObjectAcls(complete=False)
    classes = AclClasses(bucket.owner)
    chosen = chosen_keys(aws, context, bucket)
    for key, acl in acls_of(aws, context, bucket, chosen.keys):
        classes.add(key, acl)
        found.update(id_ for id_, user in users.items() if acl and permissions_of(acl, user))
    return found, classes.found(complete=not chosen.sampled)


def former_granted(
    aws: Reads, context: StackContext, own: LiveDistribution | None
) -> tuple[tuple[str, str], ...]:
    """Return name and region of each former bucket, if the distribution's tag shows that objects have grants.

    Makes HeadBucket for each. Raises as `Reads.together`.
    """
    if own is None or not own.tag(ACL_TAG):
        return ()
    return tuple(bucket_regions(aws, context, former_names(context, own)).items())
