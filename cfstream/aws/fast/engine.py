"""Change the ACLs of many objects with worker processes: this is the part in cfstream's own process."""

from collections import Counter
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, ClassVar

from cfstream.aws.errors import answered, unanswered
from cfstream.aws.fast.checkpoint import Checkpoint, Finished
from cfstream.aws.fast.endpoint import BucketAccess
from cfstream.aws.fast.parts import LOST, UNREACHED
from cfstream.aws.fast.process import ReceivedMessage, WorkerProcess
from cfstream.errors import CfstreamError, Interrupted, NoCredentials, Refused, Throttled, Unreachable
from cfstream.ports import AclHooks, AclOutcome, AclProgress, AclWork, Call
from cfstream.private_file import cache_folder
from cfstream.steps.guard import LONGEST_SECONDS
from cfstream.steps.plain_acls import HOPELESS, hopeless, obstacle

WORKERS = 2
"""Python uses one core in each process. Other numbers of processes were not measured."""
RENEW = 2.0
"""Seconds after which the guard is checked again while workers write."""
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each further check of the guard, if AWS throttles it or is not reached."""
TICK, SHOW, SHARE, STORE, REFRESH, GIVE = 0.02, 0.25, 0.5, 5.0, 5.0, 0.2
"""Seconds between: looks at messages, progress, shares of rates, checkpoints, looks at credentials, splits."""
EXPIRED = 60.0
"""Seconds to wait for new credentials."""


class FastAcls:
    """A `BulkAcls` over awscrt."""

    def __init__(self, access: BucketAccess) -> None:
        self._access = access

    def change(self, work: AclWork, hooks: AclHooks) -> AclOutcome:
        """Implement `BulkAcls`."""
        checkpoint = Checkpoint(
            cache_folder(), work, hooks.clock.now(), lambda note: hooks.progress(AclProgress(0, note=note))
        )
        outcome = _Pass(self._access, work, hooks, checkpoint, checkpoint.load()).run()
        if outcome is None:
            checkpoint.distrust()
            outcome = _Pass(self._access, work, hooks, checkpoint, ()).run() or AclOutcome(0)
        if outcome.stopped_by is None and outcome.first is None:
            checkpoint.delete()
        return outcome


class _Pass:
    """One pass over all objects."""

    def __init__(
        self,
        access: BucketAccess,
        work: AclWork,
        hooks: AclHooks,
        checkpoint: Checkpoint,
        finished: tuple[Finished, ...],
    ) -> None:
        self._access = access
        self._work = work
        self._hooks = hooks
        self._checkpoint = checkpoint
        self._finished = finished
        self._inbox: SimpleQueue[ReceivedMessage] = SimpleQueue()
        self._workers: list[WorkerProcess] = []
        self._spans: dict[tuple[int, str], tuple[str, str]] = {}
        self._first: tuple[str, Refused] | None = None
        self._stopped_by: BaseException | None = None
        self._is_stopping = False
        self._is_distrusted = False
        self._objection: CfstreamError | None = None
        self._lease: tuple[float, float] = (-1.0, -1.0)
        self._wanted = -1.0
        self._giver: WorkerProcess | None = None
        self._expired_at: float | None = None
        self._sent: Any = None
        self._sent_at = -1.0
        self._shares: Any = None
        self._due: dict[str, float] = {}
        self._changed = 0

    def run(self) -> AclOutcome | None:
        """Return how it ended; None if the checkpoint turned out to be wrong."""
        try:
            self._start()
            while not all(worker.is_ended for worker in self._workers):
                self._step()
        except BaseException as stop:  # of any kind: the workers must end
            self._stop(stop)
            self._drain()
        finally:
            for worker in self._workers:
                worker.close()
        self._store()
        if self._is_distrusted and self._stopped_by is None:
            return None
        counts = self._counts()
        done = counts["done"] + counts["skipped"]
        return AclOutcome(done, counts["failed"], self._first, self._stopped_by)

    def _start(self) -> None:
        # They import awscrt while this process asks botocore for what they need.
        for _ in range(WORKERS):
            self._workers.append(WorkerProcess(self._inbox))
        self._sent = self._access.credentials()
        job = {
            "base": self._access.base,
            "prefix": self._work.prefix,
            "beyond": self._work.beyond,
            "grantee": self._work.grantee,
            "permission": self._work.permission,
            "finished": self._finished,
        }
        settings = self._access.settings()
        for worker in self._workers:
            worker.send(job=job, endpoint=settings, credentials=self._sent)
        # A list may contain the prefix itself as a key, so it starts just before.
        self._workers[0].add_range(["", None])
        self._renew()

    def _step(self) -> None:
        """Handle messages and what is due. Raises Interrupted, or what else ends the pass."""
        with suppress(Empty):
            self._take(*self._inbox.get(timeout=TICK))
            while True:
                self._take(*self._inbox.get_nowait())
        if self._is_stopping:
            return
        self._hooks.clock.sleep(0.0)
        now = self._now()
        self._look_at_guard(now)
        self._look_at_credentials(now)
        self._balance(now)
        if self._is_due("show", SHOW, now):
            self._show()
        if self._is_due("store", STORE, now):
            self._store()

    # Messages

    def _take(self, worker: WorkerProcess, message: dict[str, Any] | None) -> None:
        if message is None:
            self._lost(worker)
            return
        for name, value in message.items():
            if (handle := self._HANDLERS.get(name)) is not None:
                handle(self, worker, value, message)

    def _lost(self, worker: WorkerProcess) -> None:
        if not worker.is_ended:
            worker.is_ended = True
            self._stop(
                Unreachable(
                    "a worker process of cfstream ended before its work was done",
                    "run the same command again: it skips the objects that are done",
                )
            )

    def _on_counts(self, worker: WorkerProcess, counts: Any, message: Any) -> None:
        worker.counts, worker.troubles = counts, message["troubles"]
        worker.segments = message["segments"]
        for number, after, upto in message["spans"]:
            self._spans[worker.pid, number] = (after, upto)

    def _on_guard(self, _worker: WorkerProcess, at: Any, _message: Any) -> None:
        self._wanted = max(self._wanted, at)

    def _on_expired(self, _worker: WorkerProcess, at: Any, _message: Any) -> None:
        if at < self._sent_at:
            return  # new ones are on their way
        self._expired_at = self._now() if self._expired_at is None else self._expired_at
        self._due["credentials"] = 0.0

    def _on_fatal(self, _worker: WorkerProcess, operation: Any, message: Any) -> None:
        self._stop(self._error(operation, message["status"], message["error"]))

    def _on_listed(self, worker: WorkerProcess, ranges: Any, _message: Any) -> None:
        worker.is_listed = worker.has(ranges)

    def _on_held_back(self, worker: WorkerProcess, ranges: Any, _message: Any) -> None:
        worker.is_held_back = worker.has(ranges)

    def _on_dry(self, worker: WorkerProcess, ranges: Any, _message: Any) -> None:
        worker.is_dry = worker.has(ranges)

    def _on_distrust(self, _worker: WorkerProcess, _value: Any, _message: Any) -> None:
        self._is_distrusted = True

    def _on_ended(self, worker: WorkerProcess, _value: Any, _message: Any) -> None:
        worker.is_ended = True

    def _on_failed(self, _worker: WorkerProcess, key: Any, message: Any) -> None:
        refusal = self._error(message["operation"], message["status"], message["error"], key)
        if not isinstance(refusal, Refused):
            self._stop(refusal)
            return
        self._hooks.log.add(key, f"{refusal.code}: {refusal.message}")
        self._first = min(self._first or (key, refusal), (key, refusal), key=lambda each: each[0])
        counts = self._counts()
        if counts["failed"] >= HOPELESS and counts["failed"] == counts["done"]:
            self._stop(hopeless(*self._first))

    def _on_given(self, _worker: WorkerProcess, given: Any, _message: Any) -> None:
        giver, self._giver = self._giver, None
        if given is None:
            return
        target = next(iter(self._receivers()), giver)
        if target is not None:
            target.add_range(given)

    _HANDLERS: ClassVar = {
        "counts": _on_counts,
        "failed": _on_failed,
        "guard": _on_guard,
        "expired": _on_expired,
        "fatal": _on_fatal,
        "given": _on_given,
        "listed": _on_listed,
        "held_back": _on_held_back,
        "dry": _on_dry,
        "distrust": _on_distrust,
        "ended": _on_ended,
    }

    def _error(self, operation: str, status: int, error: dict[str, Any], key: str = "") -> CfstreamError:
        """Return the error that the plain client would raise."""
        write = operation == "PutObjectAcl"
        code = str(error.get("Code", ""))
        if "Members" in error or (write and status == 0 and code == "MalformedACLError"):
            return obstacle(code, key, error.get("Members", ()))
        name = {
            "PutObjectAcl": "put_object_acl",
            "GetObjectAcl": "get_object_acl",
            "ListObjectsV2": "list_objects_v2",
        }[operation]
        where = {"Bucket": self._work.bucket, **({"Key": key} if key else {})}
        call = Call("s3", name, where, self._work.region)
        if status == UNREACHED:
            return Unreachable(f"S3 could not be reached: {code}")
        if status == LOST:
            return unanswered(f"S3 gave no valid answer to {operation}: {code}", write=write)
        response = {
            "Error": {"Code": code or str(status), **error},
            "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": error.get("RequestId", "")},
        }
        found = answered(response, call, write=write, account=str(self._work.account))
        # After many attempts it is only one object of many.
        if isinstance(found, Refused) or not key:
            return found
        return Refused(operation, code, found.what, status=status)

    # What is due

    def _look_at_guard(self, now: float) -> None:
        """Check the guard if a worker needs it, or if its last result is soon too old."""
        if self._hooks.check is None:
            return
        needed = self._wanted > self._lease[0]
        if needed and self._objection is not None:
            raise self._objection
        changed = self._counts()["changed"]
        is_writing = changed != self._changed
        if needed or (is_writing and now - self._lease[0] > RENEW):
            self._changed = changed
            self._renew()

    def _renew(self) -> None:
        """Check the guard and allow writes for 5 s. Its first objection counts only if something must be written."""
        check, first = self._hooks.check, self._lease[0] < 0
        began = self._now()
        if check is not None:
            try:
                self._checked(check)
            except CfstreamError as objection:
                if isinstance(objection, Interrupted) or not first:
                    raise
                self._objection = objection
                return
        self._lease = (began, began + LONGEST_SECONDS) if check is not None else (1e300, 1e300)
        for worker in self._workers:
            worker.send(lease=self._lease)

    def _checked(self, check: Any) -> None:
        for pause in PAUSES:
            try:
                check()
            except (Throttled, Unreachable):
                self._hooks.clock.sleep(pause)
            else:
                return
        check()

    def _look_at_credentials(self, now: float) -> None:
        """Send new credentials to the workers when botocore has refreshed them."""
        if not self._is_due("credentials", REFRESH if self._expired_at is None else 1.0, now):
            return
        found = self._access.credentials()
        if found != self._sent:
            self._sent, self._sent_at, self._expired_at = found, now, None
            for worker in self._workers:
                worker.send(credentials=found)
        elif self._expired_at is not None and now - self._expired_at > EXPIRED:
            raise NoCredentials(
                "the credentials have expired",
                "get new ones (for single sign-on: aws sso login) and run the command again",
            )

    def _balance(self, now: float) -> None:
        """Move keys to a worker that has listed all its own, share the rates of prefixes, and end when all is done."""
        dry = [worker for worker in self._workers if worker.is_dry]
        if len(dry) == len(self._workers) and self._giver is None:
            self._stop(None)
            return
        receivers = self._receivers()
        givers = [worker for worker in self._workers if worker not in receivers]
        if self._giver is None and receivers and givers and self._is_due("give", GIVE, now):
            self._giver = givers[0]
            self._giver.send(give=True if receivers[0].is_listed else "folders")
        if self._is_due("share", SHARE, now):
            used = Counter(segment for worker in self._workers for segment in worker.segments)
            shares = {segment: 1.0 / count for segment, count in used.items()}
            if shares != self._shares:
                self._shares = shares
                for worker in self._workers:
                    worker.send(shares=[1.0 / max(len(self._workers) - len(dry), 1), shares])

    def _receivers(self) -> list[WorkerProcess]:
        """Return the workers that have listed all their keys; if there are none, those that are held back."""
        listed = [worker for worker in self._workers if worker.is_listed]
        return listed or [worker for worker in self._workers if worker.is_held_back]

    def _is_due(self, what: str, seconds: float, now: float) -> bool:
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + seconds
        return True

    def _now(self) -> float:
        """Return the time of the workers, which is not the run's clock: a test may set that one."""
        return monotonic()

    def _counts(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for worker in self._workers:
            total.update(worker.counts)
        return total

    def _show(self) -> None:
        counts = self._counts()
        troubles: Counter[str] = Counter()
        for worker in self._workers:
            troubles.update(worker.troubles)
        done = counts["done"] + counts["skipped"]
        self._hooks.progress(AclProgress(done, counts["failed"], counts["skipped"], troubles))

    def _store(self) -> None:
        if self._spans and not self._is_distrusted:
            self._checkpoint.store(list(self._spans.values()))

    # The end

    def _stop(self, stop: BaseException | None) -> None:
        """Begin nothing more. What is in progress is finished."""
        if stop is not None and (self._stopped_by is None or isinstance(stop, Interrupted)):
            self._stopped_by = stop
        if not self._is_stopping:
            self._is_stopping = True
            for worker in self._workers:
                worker.send(stop=True)

    def _drain(self) -> None:
        """Wait until the workers have finished what is in progress."""
        until = self._now() + EXPIRED
        while not all(worker.is_ended for worker in self._workers) and self._now() < until:
            with suppress(Empty):
                self._take(*self._inbox.get(timeout=TICK))
