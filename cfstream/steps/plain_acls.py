"""Change the ACLs of a bucket's objects with the usual client: 32 at a time."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import Any

from cfstream.acl_document import MOST_GRANTS, with_grant
from cfstream.domain.unknown_members import UNKNOWN, UPDATE_BOTO3, would_be_lost
from cfstream.errors import CfstreamError, Interrupted, Refused
from cfstream.ports import AclHooks, AclOutcome, AclProgress, AclWork, Call
from cfstream.steps.attempts import of_kind
from cfstream.steps.guard import LONGEST_SECONDS, GuardWatch
from cfstream.steps.merged_write import write_merged
from cfstream.steps.step import StepContext
from cfstream.values import Json

WIDTH = 32
"""Objects in progress at a time."""

HOPELESS = 32
"""After so many refusals without a success, the rest is not tried."""

PROGRESS_EVERY = 25

GONE = ("NoSuchKey", "404", "MethodNotAllowed", "405")
"""Codes for an object that was deleted since it was listed. 405: a delete marker is the newest version."""


def list_call(work: AclWork) -> Call:
    """Return the list of the objects."""
    params = {"Bucket": work.bucket, "Prefix": work.prefix, "ExpectedBucketOwner": work.account}
    return Call("s3", "list_objects_v2", params, work.region)


class PlainAcls:
    """A `BulkAcls`. `first` is the first page of the list, and `pages` are the others."""

    def __init__(self, context: StepContext, first: Json, pages: Iterator[Json]) -> None:
        self._context = context
        self._pages = chain([first], pages)

    def change(self, work: AclWork, hooks: AclHooks) -> AclOutcome:
        """Implement `BulkAcls`."""
        keys = (
            row["Key"]
            for page in self._pages
            for row in page.get("Contents") or ()
            if not work.beyond or not row["Key"].startswith(work.beyond)
        )
        run = _Run(work, self._context, hooks)
        with ThreadPoolExecutor(WIDTH, thread_name_prefix="grant") as pool:
            run.through(pool, keys)
        return run.outcome()


class _Run:
    """One pass through the objects, and its counts. Memory use does not depend on the number of objects."""

    def __init__(self, work: AclWork, context: StepContext, hooks: AclHooks) -> None:
        self.work = work
        self.hooks = hooks
        self.watch = GuardWatch(hooks.check, hooks.clock)
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
                self.hooks.clock.sleep(0.0)
                if self.stopped_by is not None:
                    return
                pool.submit(self._object, number, key)
                if number % PROGRESS_EVERY == 0:
                    self.hooks.progress(AclProgress(self.done, self.failed))
        except CfstreamError as stop:
            self._stop(stop)

    def outcome(self) -> AclOutcome:
        """Return the counts, and what ended the pass."""
        first = self.first[1:] if self.first else None
        return AclOutcome(self.done, self.failed, first, self.stopped_by)

    def _object(self, number: int, key: str) -> None:
        try:
            if self.stopped_by is None:
                self._grant(key)
                self._count()
        except Refused as refused:
            self.hooks.log.add(key, f"{refused.code}: {refused.message}")
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
                self.stopped_by = self.stopped_by or hopeless(*self.first[1:])

    def _stop(self, stop: BaseException) -> None:
        with self._guard:
            if self.stopped_by is None or isinstance(stop, Interrupted):
                self.stopped_by = stop

    def _grant(self, key: str) -> None:
        """Change one object's ACL, unless it is as wanted already or the object is gone."""
        edit = _AclEdit(self, key)
        again = False

        def guard() -> None:
            nonlocal again
            after_pause, again = again, True
            self.watch.check(after_pause=after_pause)

        try:
            write_merged(self._quiet, edit, guard=guard, transient=(SLOW,))
        except Refused as refused:
            if refused.code not in GONE:
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
            raise obstacle("UnknownMembers", self._key, unknown)
        if len((self._changed(live) or {"Grants": ()})["Grants"]) > MOST_GRANTS:
            raise obstacle("MalformedACLError", self._key)

    def merge(self, live: Json) -> Call:
        return self._call("put_object_acl", AccessControlPolicy=self._changed(live))

    def sent(self, live: Json, *, acknowledged: bool) -> None:
        """No other write of the run relies on the content of one object's ACL."""

    def _changed(self, live: Json) -> dict[str, Any] | None:
        return with_grant(live, self._run.work.grantee, self._run.work.permission)

    def _call(self, operation: str, **params: Any) -> Call:
        work = self._run.work
        where: Mapping[str, Any] = {
            "Bucket": work.bucket,
            "Key": self._key,
            "ExpectedBucketOwner": work.account,
        }
        return Call("s3", operation, {**where, **params}, work.region)


class _Slow(CfstreamError):
    """The guards were checked too long ago when the ACL had been read: nothing was written."""


SLOW = of_kind(_Slow, pauses=(0.0, 1.0, 2.0, 4.0, 8.0))


def obstacle(code: str, key: str, members: Sequence[str] = ()) -> Refused:
    """Return the refusal of an ACL that cannot be written: it is full, or a write would lose members."""
    if code == "UnknownMembers":
        lost, do = (
            would_be_lost(f"the ACL of {key!r}", members),
            f"{UPDATE_BOTO3}, then run the same command again",
        )
        return Refused("s3:PutObjectAcl", code, lost, do=do)
    return Refused(
        "s3:PutObjectAcl",
        code,
        f"it has {MOST_GRANTS} grants already, and an ACL cannot have more",
        do="remove a grant from it, or grant via bucket-policy",
    )


def hopeless(key: str, refused: Refused) -> Refused:
    """Return the refusal that ends a pass in which every object so far was refused."""
    return type(refused)(
        refused.operation,
        refused.code,
        f"all of the first {HOPELESS} objects were refused, the first is {key!r}: {refused.message}",
        request_id=refused.request_id,
        status=refused.status,
        do=refused.do,
    )
