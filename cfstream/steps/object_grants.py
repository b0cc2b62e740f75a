"""How grants on many objects are given or taken back: one read and at most one write an object, many at once.

An object's ACL knows no If-Match, and PutObjectAcl replaces it whole: owner and foreign grants go back as
they were read. Where public ACLs are ignored S3 does not show public grants (S3 User Guide, block public
access), so an ACL that is written there goes back without them. Only current versions are granted; a new
version of an object has a new ACL.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from cfstream.errors import CfstreamError, Interrupted, Missing, Refused, ReplyLost, Throttled
from cfstream.ports import Call
from cfstream.steps.step import Doors
from cfstream.values import Account, Address, Json, Known, resolve

WIDTH = 32
"""Objects in hand at a time. S3 takes 3,500 writes a second on a prefix (S3 User Guide, optimizing
performance).
"""

MOST_GRANTS = 100
"""Grants that an ACL may have (S3 User Guide, ACL overview)."""

ATTEMPTS = 5
HOPELESS = 32
"""After so many refusals and not one success the rest is not tried."""

PROGRESS_EVERY = 25


@dataclass(frozen=True)
class ObjectGrants:
    """Exactly `permission` for `grantee` on every object under `prefix`; None takes its grants back."""

    bucket: str
    region: str
    account: Account
    prefix: str
    grantee: Known
    """The OAI's S3 canonical user id."""
    permission: str | None
    total: int = field(default=0, compare=False)
    """How many objects the plan counted: for the progress bar."""
    beyond: str = ""
    """Objects whose keys begin so are left alone; empty: none."""

    def asks(self) -> Any:
        """What the step's fingerprint covers; count and state of the objects are covered by what the plan
        relied on.
        """
        asked = {
            "bucket": self.bucket,
            "prefix": self.prefix,
            "grantee": self.grantee,
            "permission": self.permission,
        }
        return {**asked, "beyond": self.beyond} if self.beyond else asked

    def perform(self, doors: Doors, address: Address) -> None:
        """Goes through all objects; what is as wanted already is skipped, so that running again goes on.

        Raises Refused with the first object's refusal once all others are done, Interrupted when the person
        stops it: what is under way then ends first. Waits for other stacks of this run that write to the same bucket:
        two who replace the same ACL at once undo each other's grants.
        """
        run = _Run(self, doors, str(resolve(self.grantee, doors.outputs)))
        serial = doors.ledger.serial(f"object ACLs of {self.bucket}")
        with serial, ThreadPoolExecutor(WIDTH, thread_name_prefix="grant") as pool:
            run.through(pool, self._keys(doors))
        run.verdict(address)

    def _keys(self, doors: Doors) -> Iterator[str]:
        params = {"Bucket": self.bucket, "Prefix": self.prefix, "ExpectedBucketOwner": self.account}
        for page in doors.aws.pages(Call("s3", "list_objects_v2", params, self.region)):
            for row in page.get("Contents") or ():
                if not self.beyond or not row["Key"].startswith(self.beyond):
                    yield row["Key"]


class _Run:
    """One walk through the objects: what is in hand, and the tally. Memory stays flat, however many."""

    def __init__(self, edit: ObjectGrants, doors: Doors, grantee: str) -> None:
        self.edit = edit
        self.doors = doors
        self.grantee = grantee
        self.done = 0
        self.failed = 0
        self.first: tuple[int, str, Refused] | None = None
        self.stopped_by: BaseException | None = None
        self._guard = threading.Lock()
        self._room = threading.Semaphore(2 * WIDTH)

    def through(self, pool: ThreadPoolExecutor, keys: Iterator[str]) -> None:
        """Hands each key to the pool as soon as there is room."""
        try:
            for number, key in enumerate(keys):
                self._room.acquire()
                self.doors.clock.sleep(0.0)
                if self.stopped_by is not None:
                    return
                pool.submit(self._object, number, key)
                if number % PROGRESS_EVERY == 0:
                    self._tell()
        except CfstreamError as stop:
            self._stop(stop)

    def verdict(self, address: Address) -> None:
        """Raises what ended the walk, or the refusal of the first object that was refused."""
        self._tell()
        if self.stopped_by is not None:
            raise self.stopped_by
        if self.first is None:
            return
        _, key, refused = self.first
        raise type(refused)(
            refused.operation,
            refused.code,
            f"{address}: {self.failed} of {self.done} objects not changed, first {key!r}: {refused.message}",
            request_id=refused.request_id,
            status=refused.status,
            do=refused.do
            or "mend what keeps S3 from it, and run the same command again: the others are done",
        )

    def _object(self, number: int, key: str) -> None:
        try:
            if self.stopped_by is None:
                self._patiently(key)
                self._count()
        except Refused as refused:
            self._count((number, key, refused))
        except BaseException as stop:  # whatever it is: no object may look done that was not
            self._stop(stop)
        finally:
            self._room.release()

    def _count(self, failure: tuple[int, str, Refused] | None = None) -> None:
        with self._guard:
            self.done += 1
            if failure is None:
                return
            self.failed += 1
            self.first = min(self.first or failure, failure, key=lambda each: each[0])
            if self.failed == self.done == HOPELESS:
                self.stopped_by = self.stopped_by or _hopeless(*self.first[1:])

    def _stop(self, stop: BaseException) -> None:
        with self._guard:
            if self.stopped_by is None or isinstance(stop, Interrupted):
                self.stopped_by = stop

    def _tell(self) -> None:
        total = max(self.edit.total, self.done)
        self.doors.progress(f"{self.done} of {total} objects", self.done / total if total else None)

    def _patiently(self, key: str) -> None:
        """Sees to one object; throttled it waits, and after a lost reply it looks again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._see_to(key)
                return
            except (Throttled, ReplyLost):
                if attempt == ATTEMPTS:
                    raise
                self.doors.clock.sleep((0.5 + self.doors.clock.jitter()) * 2**attempt / 4)

    def _see_to(self, key: str) -> None:
        try:
            acl = self.doors.aws.read(self._call("get_object_acl", key))
            changed = with_grant(acl, self.grantee, self.edit.permission)
            if changed is None:
                return
            if len(changed["Grants"]) > MOST_GRANTS:
                raise Refused(
                    "s3:PutObjectAcl",
                    "MalformedACLError",
                    f"it has {MOST_GRANTS} grants already, and an ACL takes no more",
                    do="take a grant off it, or grant via bucket-policy",
                )
            self.doors.aws.write(self._call("put_object_acl", key, AccessControlPolicy=changed))
        except Missing as missing:
            if missing.code not in ("NoSuchKey", "404"):
                raise

    def _call(self, operation: str, key: str, **params: Any) -> Call:
        where = {"Bucket": self.edit.bucket, "Key": key, "ExpectedBucketOwner": self.edit.account}
        return Call("s3", operation, {**where, **params}, self.edit.region)


def _hopeless(key: str, refused: Refused) -> Refused:
    return type(refused)(
        refused.operation,
        refused.code,
        f"all of the first {HOPELESS} objects were refused, the first is {key!r}: {refused.message}",
        request_id=refused.request_id,
        status=refused.status,
        do=refused.do,
    )


def permissions_of(acl: Json, grantee: str) -> frozenset[str]:
    """What an ACL grants to that canonical user by name."""
    return frozenset(grant["Permission"] for grant in _grants(acl) if _grantee_id(grant) == grantee)


def public_permissions(acl: Json) -> frozenset[str]:
    """What an ACL grants to everybody, or to everybody with an AWS account."""
    groups = ("/AllUsers", "/AuthenticatedUsers")
    return frozenset(
        grant["Permission"]
        for grant in _grants(acl)
        if str(grant.get("Grantee", {}).get("URI", "")).endswith(groups)
    )


def with_grant(acl: Json, grantee: str, permission: str | None) -> dict[str, Any] | None:
    """The ACL to write so that `grantee` has exactly `permission`; None when it is so already.

    Law: owner and every other grant stay as they are.
    """
    wanted = frozenset({permission} if permission else ())
    if permissions_of(acl, grantee) == wanted:
        return None
    kept = [grant for grant in _grants(acl) if _grantee_id(grant) != grantee]
    given = [{"Grantee": {"Type": "CanonicalUser", "ID": grantee}, "Permission": name} for name in wanted]
    return {"Owner": acl["Owner"], "Grants": [*kept, *given]}


def _grants(acl: Json) -> Sequence[Mapping[str, Any]]:
    return acl.get("Grants") or ()


def _grantee_id(grant: Mapping[str, Any]) -> str:
    return str(grant.get("Grantee", {}).get("ID", ""))
