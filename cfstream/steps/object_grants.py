"""Grant or revoke on many objects: one read and at most one write for each object, many at once.

PutObjectAcl replaces the whole ACL: owner and others' grants are sent back as they were just read (`merged_write`).
If public ACLs are ignored, S3 does not show public grants (S3 User Guide, block public access), so an ACL that is
written then loses them. Only current versions are granted; a new version of an object has a new ACL.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field, replace
from typing import Any

from cfstream.acl_document import MOST_GRANTS, with_grant
from cfstream.domain.unknown_members import UNKNOWN, UPDATE_BOTO3, would_be_lost
from cfstream.errors import CfstreamError, Interrupted, Missing, Refused
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import of_kind
from cfstream.steps.guard import LONGEST_SECONDS, Guard, GuardWatch
from cfstream.steps.merged_write import write_merged
from cfstream.steps.step import StepContext
from cfstream.values import Account, Address, Json, Known, resolve

WIDTH = 32
"""Objects in progress at a time. S3 takes 3,500 writes a second on a prefix (S3 User Guide, optimizing
performance)."""

HOPELESS = 32
"""After so many refusals without a success, the rest is not tried."""

PROGRESS_EVERY = 25


@dataclass(frozen=True)
class ObjectGrants:
    """Exactly `permission` for `grantee` on every object under `prefix`; None revokes its grants."""

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
    """Objects whose keys start with it are not changed; empty: all are."""

    def asks(self) -> Any:
        """Return what the step's fingerprint covers. The plan relied on the objects' number and state already."""
        asked = {
            "bucket": self.bucket,
            "prefix": self.prefix,
            "grantee": self.grantee,
            "permission": self.permission,
        }
        return {**asked, "beyond": self.beyond} if self.beyond else asked

    def perform(self, context: StepContext, address: Address, guard: Guard | None = None) -> None:
        """Go through all objects. An object that is as wanted is skipped, so that running again resumes.

        Raises Refused with the first object's refusal after all others are done, Stale as soon as the guard objects,
        and Interrupted when the person stops it: objects in progress are finished first. Stacks of one run that write
        to the same bucket take turns: two that replace the same ACL at once undo each other's grants.
        """
        run = _Run(self, context, str(resolve(self.grantee, context.outputs)), GuardWatch(guard, context))
        serial = context.ledger.serial(f"object ACLs of {self.bucket}")
        with serial, ThreadPoolExecutor(WIDTH, thread_name_prefix="grant") as pool:
            run.through(pool, self._keys(context))
        run.verdict(address)

    def _keys(self, context: StepContext) -> Iterator[str]:
        params = {"Bucket": self.bucket, "Prefix": self.prefix, "ExpectedBucketOwner": self.account}
        for page in context.aws.pages(Call("s3", "list_objects_v2", params, self.region)):
            for row in page.get("Contents") or ():
                if not self.beyond or not row["Key"].startswith(self.beyond):
                    yield row["Key"]


class _Run:
    """One pass through the objects, and its counts. Memory use does not depend on the number of objects."""

    def __init__(self, edit: ObjectGrants, context: StepContext, grantee: str, watch: GuardWatch) -> None:
        self.edit = edit
        self.context = context
        self.grantee = grantee
        self.watch = watch
        # Progress is the number of objects; messages about single attempts would hide it.
        self._quiet = replace(context, progress=lambda _text, _fraction: None)
        self.done = 0
        self.failed = 0
        self.first: tuple[int, str, Refused] | None = None
        self.stopped_by: BaseException | None = None
        self._guard = threading.Lock()
        self._room = threading.Semaphore(2 * WIDTH)

    def through(self, pool: ThreadPoolExecutor, keys: Iterator[str]) -> None:
        """Pass each key to the pool as soon as there is room."""
        try:
            for number, key in enumerate(keys):
                self._room.acquire()
                self.context.clock.sleep(0.0)
                if self.stopped_by is not None:
                    return
                pool.submit(self._object, number, key)
                if number % PROGRESS_EVERY == 0:
                    self._tell()
        except CfstreamError as stop:
            self._stop(stop)

    def verdict(self, address: Address) -> None:
        """Raise what ended the pass, or the refusal of the first object that was refused."""
        self._tell()
        if isinstance(self.stopped_by, Interrupted):
            done = self.done - self.failed
            raise Interrupted(
                f"{address}: interrupted with {done} of {max(self.edit.total, self.done)} objects done",
                "run the same command again: it skips the objects that are done",
            ) from self.stopped_by
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
            or "fix the cause of the refusal, then run the same command again: the other objects are done",
        )

    def _object(self, number: int, key: str) -> None:
        try:
            if self.stopped_by is None:
                self._grant(key)
                self._count()
        except Refused as refused:
            self._count((number, key, refused))
        except BaseException as stop:  # of any kind: an object that was not changed must not count as done
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
        self.context.progress(f"{self.done} of {total} objects", self.done / total if total else None)

    def _grant(self, key: str) -> None:
        """Change one object's ACL, unless it is as wanted already or the object is gone."""
        edit = _AclEdit(self, key)
        again = False

        def guard() -> None:
            nonlocal again
            after_pause, again = again, True
            self.watch.check(after_pause=after_pause)

        try:
            write_merged(self._quiet, edit, guard=guard, passing=(SLOW,))
        except Missing as missing:
            if missing.code not in ("NoSuchKey", "404"):
                raise


class _AclEdit:
    """The ACL of one object while it is changed: an `Edit`."""

    def __init__(self, run: _Run, key: str) -> None:
        self._run = run
        self._key = key

    @property
    def lane(self) -> Call:
        return self._call("put_object_acl")

    def read(self, context: StepContext) -> Json:
        return context.aws.read(self._call("get_object_acl"))

    def is_done(self, live: Json) -> bool:
        return self._changed(live) is None

    def judge(self, live: Json) -> None:
        """Raise if the ACL is full or has unknown members, or the guard has not been checked for too long."""
        self._run.watch.object_again()
        if self._run.watch.is_old():
            raise _Slow(f"S3 took more than {LONGEST_SECONDS:.0f} s to return the ACL of {self._key!r}")
        if unknown := live.get(UNKNOWN):
            raise Refused(
                "s3:PutObjectAcl",
                "UnknownMembers",
                would_be_lost(f"the ACL of {self._key!r}", unknown),
                do=f"{UPDATE_BOTO3}, then run the same command again",
            )
        if len((self._changed(live) or {"Grants": ()})["Grants"]) > MOST_GRANTS:
            raise Refused(
                "s3:PutObjectAcl",
                "MalformedACLError",
                f"it has {MOST_GRANTS} grants already, and an ACL takes no more",
                do="remove a grant from it, or grant via bucket-policy",
            )

    def merge(self, live: Json) -> Call:
        return self._call("put_object_acl", AccessControlPolicy=self._changed(live))

    def sent(self, live: Json, *, acknowledged: bool) -> None:
        """No other write of the run relies on the content of one object's ACL."""

    def _changed(self, live: Json) -> dict[str, Any] | None:
        return with_grant(live, self._run.grantee, self._run.edit.permission)

    def _call(self, operation: str, **params: Any) -> Call:
        edit = self._run.edit
        where = {"Bucket": edit.bucket, "Key": self._key, "ExpectedBucketOwner": edit.account}
        return Call("s3", operation, {**where, **params}, edit.region)


class _Slow(CfstreamError):
    """The guards were checked too long ago when the ACL had been read: nothing was written."""


SLOW = of_kind(_Slow, pauses=(0.0, 1.0, 2.0, 4.0, 8.0))


def _hopeless(key: str, refused: Refused) -> Refused:
    return type(refused)(
        refused.operation,
        refused.code,
        f"all of the first {HOPELESS} objects were refused, the first is {key!r}: {refused.message}",
        request_id=refused.request_id,
        status=refused.status,
        do=refused.do,
    )
