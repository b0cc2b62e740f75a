"""What is live of grants on objects: the ACLs of a bucket's objects, read chunk by chunk and counted."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from cfstream.domain import ACL_TAG, AclGrant, LiveDistribution, ObjectAcls, ObjectClass
from cfstream.domain.unknown_members import UNKNOWN
from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.ports import Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.bucket_region import bucket_regions
from cfstream.stack.former_buckets import former_names
from cfstream.stack.readers import StillReading, still_reading
from cfstream.stack.scene import Scene
from cfstream.steps.object_grants import permissions_of, public_permissions
from cfstream.values import Json

KIND = "object-acl"

MOST_KEYS = 10_000
"""Keys that are kept of objects with equal ACLs: memory stays flat in the number of objects."""

CHUNK = 200
"""Objects whose ACLs are read together; memory holds no more of them than that."""


@dataclass(frozen=True)
class Tally:
    """The objects under the prefix, counted."""

    total: int = 0
    granted: int = 0
    """Those on which the OAI has exactly the wanted permission."""
    otherwise: int = 0
    """Those on which it has another permission."""
    public: int = 0
    """Those whose ACL lets everybody read."""
    beyond: int = 0
    """Objects outside the prefix whose ACL gives something to the OAI."""
    sha256: str = ""
    """Over (key, granted) of each object, in S3's order."""
    acls: ObjectAcls = field(default_factory=lambda: ObjectAcls(complete=False))
    """All objects of the bucket, by what their ACLs grant."""
    unknown: frozenset[str] = frozenset()
    """Members of those ACLs that the installed botocore does not know."""

    @property
    def lacking(self) -> int:
        return self.total - self.granted


def counted(number: int) -> str:
    """So many objects, in words."""
    return f"{number} object" + ("" if number == 1 else "s")


@dataclass(frozen=True)
class LiveGrants:
    """What is live of grants on objects, and who can make use of them."""

    bucket: LiveBucket
    tally: Tally = Tally()
    own: LiveDistribution | None = None
    distributions: tuple[LiveDistribution, ...] = ()
    """Every distribution of the account that the plan does not delete."""
    canonical_users: Mapping[str, str] = field(default_factory=dict)
    """Canonical user id by OAI id, of all OAIs of the account."""
    former: tuple[tuple[str, str], ...] = ()
    """Name and region of each bucket that the distribution has read until now, when objects were granted."""
    held: Mapping[str, int] = field(default_factory=dict)
    """How many objects of the bucket grant something to an OAI, by its id; counted only where a stack is destroyed."""
    beyond: bool = False
    """Whether objects outside the prefix give something to our own identity, as a wider prefix wanted it."""

    @property
    def acls(self) -> ObjectAcls:
        """The objects whose ACLs were read, by what these grant."""
        return self.tally.acls

    def readers(self, scene: Scene, bucket: str) -> StillReading:
        """Return who reads a bucket after the plan, beside the default origin of the stack's own distribution."""
        return still_reading(scene, self.distributions, self.own, bucket)

    @property
    def marked(self) -> tuple[str, ...]:
        """The OAIs that objects were granted to, by the mark on the distribution."""
        return self.own.tag_words(ACL_TAG) if self.own else ()


def tally(aws: Reads, scene: Scene, bucket: LiveBucket, prefix: str, *, permission: str, user: str) -> Tally:
    """Return the objects under the prefix, counted, and what every ACL of the bucket grants.

    Without a canonical user id (the plan creates the OAI), no object counts as granted. Makes the calls of `acls_of`.
    """
    hashed = hashlib.sha256()
    total = granted = otherwise = public = beyond = 0
    classes = AclClasses(bucket.owner)
    unknown: set[str] = set()
    for key, acl in acls_of(aws, scene, bucket):
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
    found = classes.found(complete=True)
    return Tally(total, granted, otherwise, public, beyond, hashed.hexdigest(), found, frozenset(unknown))


class AclClasses:
    """Collects objects by what their ACLs grant: most buckets have a handful of different ACLs."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._keys: dict[tuple[frozenset[AclGrant], str], list[str]] = {}
        self._unread: list[str] = []

    def add(self, key: str, acl: Json) -> None:
        """Add an object; an empty ACL is one that may not be read."""
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
        """Return the classes. `complete`: every object of the bucket was added."""
        classes = tuple(
            ObjectClass(grants, tuple(keys), owner) for (grants, owner), keys in self._keys.items()
        )
        return ObjectAcls(classes, complete, listed=complete, unread=tuple(self._unread))


def _grantee(grant: Json) -> str:
    grantee = grant.get("Grantee") or {}
    return str(grantee.get("ID") or grantee.get("URI") or "")


def acls_of(aws: Reads, scene: Scene, bucket: LiveBucket) -> Iterator[tuple[str, Json]]:
    """Yield each object of the bucket with its ACL: an empty one where it may not be read.

    Objects that are gone meanwhile are left out. Makes ListObjectsV2, and GetObjectAcl for every object, `CHUNK` of
    them together. Raises as `Reads`.
    """
    pages = aws.pages(bucket_call(scene, "list_objects_v2", bucket.region, Prefix=""))
    listed = (str(row["Key"]) for page in pages for row in page.get("Contents") or ())
    while keys := list(islice(listed, CHUNK)):
        calls = [bucket_call(scene, "get_object_acl", bucket.region, Key=key) for key in keys]
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


def held(
    aws: Reads, scene: Scene, bucket: LiveBucket, users: Mapping[str, str]
) -> tuple[Mapping[str, int], ObjectAcls]:
    """Return how many objects of the bucket grant something to each of `users`, and what all ACLs grant.

    `users` are canonical user ids by OAI id. Makes ListObjectsV2, and GetObjectAcl for every object; no call if there
    is no user. Raises as `Reads`.
    """
    found: Counter[str] = Counter()
    if not users:
        return found, ObjectAcls(complete=False)
    classes = AclClasses(bucket.owner)
    for key, acl in acls_of(aws, scene, bucket):
        classes.add(key, acl)
        found.update(id_ for id_, user in users.items() if acl and permissions_of(acl, user))
    return found, classes.found(complete=True)


def former_granted(aws: Reads, scene: Scene, own: LiveDistribution | None) -> tuple[tuple[str, str], ...]:
    """Name and region of each bucket that the distribution has read until now, when objects were granted.

    Makes HeadBucket for each. Raises as `Reads.together`.
    """
    if own is None or not own.tag(ACL_TAG):
        return ()
    return tuple(bucket_regions(aws, scene, former_names(scene, own)).items())
