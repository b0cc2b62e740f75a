"""Change a bucket's policy by Sid. Granting and revoking share it; `merged_write` describes what is guaranteed.

Within a run all writes to one policy are serial.
"""

from collections.abc import Sequence
from typing import Any

from cfstream.errors import CfstreamError, Missing, Refused
from cfstream.policy_document import by_sid, dump, equal, merge, parse, policy_digest, same_policy, statements
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import Transient
from cfstream.steps.guard import Guard
from cfstream.steps.merged_write import write_merged
from cfstream.steps.moved import moved
from cfstream.steps.step import StepContext
from cfstream.values import Account, Address, Json, refs_in, resolve

PAUSES = (1, 2, 4, 8, 15, 20, 30, 40)
"""Seconds between attempts while S3 does not know a new OAI yet and answers MalformedPolicy, "Invalid principal in
policy" (S3 API, PutBucketPolicy): two minutes in total."""


@dataclass(frozen=True)
class PolicyEdit:
    """A change of a bucket's policy: statements to `put` by their Sids, and Sids whose statements are removed."""

    bucket: str
    region: str
    account: Account
    seen: Json | None
    """The policy that the plan was made from; None if there was none."""
    put: tuple[Json, ...] = ()
    """Each has a Sid of ours; may hold Refs."""
    drop: frozenset[str] = frozenset()

    def asks(self) -> Any:
        """Return what the step's fingerprint covers. The policy it starts from is part of what the plan relied on."""
        return {"bucket": self.bucket, "put": self.put, "drop": self.drop}

    def perform(self, context: StepContext, address: Address, guard: Guard | None = None) -> None:
        """Change the policy. Raises Stale if it, or the guard, is not as expected at any attempt."""
        merging = _Merging(self, context, address)
        with context.ledger.serial(merging.subject):
            live = write_merged(
                context,
                merging,
                guard=lambda: guard.check(context) if guard is not None else None,
                transient=(Transient(self._is_unknown_yet, PAUSES),),
                read_back=True,
            )
            merging.finish(live)

    def _is_unknown_yet(self, error: CfstreamError) -> bool:
        """Return whether S3 may only not know a principal yet that this run has created."""
        return isinstance(error, Refused) and error.code == "MalformedPolicy" and bool(refs_in(self.put))


class _Merging:
    """One policy while it is changed: an `Edit` that knows what this run has written to it."""

    def __init__(self, edit: PolicyEdit, context: StepContext, address: Address) -> None:
        self.edit = edit
        self.ledger = context.ledger
        self.address = address
        self.put: Sequence[Json] = resolve(edit.put, context.outputs)
        self.subject = f"policy:{edit.bucket}"
        self._sids = {*edit.drop, *(str(each["Sid"]) for each in self.put)}
        self._started_from = [edit.seen]
        """The policies that the change was, or could be, merged into."""
        self._acknowledged = False

    @property
    def lane(self) -> Call:
        return self._call("put_bucket_policy")

    def read(self, context: StepContext) -> dict[str, Any] | None:
        try:
            return parse(context.aws.read(self._call("get_bucket_policy"))["Policy"])
        except Missing as missing:
            if missing.code != "NoSuchBucketPolicy":
                raise
            return None

    def is_done(self, live: Json | None) -> bool:
        written = all(equal(by_sid(live, str(each["Sid"])), each, ours=True) for each in self.put)
        return written and all(by_sid(live, sid) is None for sid in self.edit.drop)

    def judge(self, live: Json | None) -> None:
        if same_policy(live, self.edit.seen) or self.ledger.is_ours(self.subject, policy_digest(live)):
            return
        if self._acknowledged and self._keeps_ours(live):
            return
        before, after = ({"Statement": statements(policy)} for policy in (self.edit.seen, live))
        raise moved(self.address, before, after)

    def merge(self, live: Json | None) -> Call:
        policy = merge(live, self.put, self.edit.drop)
        if policy is None:
            return self._call("delete_bucket_policy")
        return self._call("put_bucket_policy", Policy=dump(policy))

    def sent(self, live: Json | None, *, acknowledged: bool) -> None:
        self._acknowledged = self._acknowledged or acknowledged
        self._started_from.append(live)
        self.ledger.wrote(self.subject, policy_digest(merge(live, self.put, self.edit.drop)))

    def finish(self, live: Json | None) -> None:
        """Note the policy as this run's, if it differs only by our statements from one that was judged.

        S3 may return our statement in another spelling than it was sent in. Changes by others are not noted: later
        steps must detect them.
        """
        if any(same_policy(self._rest(live), self._rest(before)) for before in self._started_from):
            self.ledger.wrote(self.subject, policy_digest(live))

    def _keeps_ours(self, live: Json | None) -> bool:
        """Return whether each statement of ours is gone, as wanted, or as it was before we wrote."""
        before = self._started_from[-1]
        wanted = {str(each["Sid"]): each for each in self.put}
        for sid in self._sids:
            have = by_sid(live, sid)
            expected = [each for each in (by_sid(before, sid), wanted.get(sid)) if each is not None]
            if have is not None and not any(equal(have, each, ours=True) for each in expected):
                return False
        return True

    def _rest(self, policy: Json | None) -> Json | None:
        return merge(policy, (), self._sids)

    def _call(self, operation: str, **params: str) -> Call:
        where = {"Bucket": self.edit.bucket, "ExpectedBucketOwner": self.edit.account}
        return Call("s3", operation, {**where, **params}, self.edit.region)
