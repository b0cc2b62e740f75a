"""The step that waits until a change is in force at CloudFront's edges."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, ClassVar

from cfstream.errors import CfstreamError, TimedOut
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import not_yet, polls
from cfstream.steps.content import covers
from cfstream.steps.step import Step, StepContext, at
from cfstream.values import Json, Known, Verb, resolve


@dataclass(frozen=True)
class PollResult:
    """What one poll has found: why the change is not in force yet (empty if it is), and the outputs if it is."""

    pending: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployed:
    """A distribution is Deployed, and the change reads back: a read that lags shows the old content as Deployed."""

    read: Call
    resource: str
    """``Distribution`` or ``StreamingDistribution``: the reply's top key, whose config has the same name."""
    config: Any
    """The fields that must read back; may hold Refs."""
    others: tuple[str, ...] = ()
    """Ids of distributions that the same change has changed, and that must be Deployed too."""

    def look(self, context: StepContext) -> PollResult:
        """Read the distribution. Once it holds, the outputs are its ``status`` and ``etag``."""
        reply = context.aws.read(_resolved(self.read, context))
        live = reply[self.resource]
        if not covers(live[f"{self.resource}Config"], resolve(self.config, context.outputs)):
            return PollResult("the change does not read back yet")
        if live["Status"] != "Deployed":
            return PollResult(str(live["Status"]))
        for other in self.others:
            status = context.aws.read(Call("cloudfront", "get_distribution", {"Id": other}))["Distribution"][
                "Status"
            ]
            if status != "Deployed":
                return PollResult(f"{other} is {status}")
        return PollResult(outputs={"status": live["Status"], "etag": reply["ETag"]})


@dataclass(frozen=True)
class GroupActive:
    """Every distribution that uses a key group is Deployed and shows exactly these public keys as active for it."""

    group: Known
    public_keys: tuple[Known, ...]

    def look(self, context: StepContext) -> PollResult:
        """Read every distribution that uses the group."""
        group = str(resolve(self.group, context.outputs))
        wanted = set(resolve(self.public_keys, context.outputs))
        for user in _users(context, group):
            live = context.aws.read(Call("cloudfront", "get_distribution", {"Id": user}))["Distribution"]
            if not live["DistributionConfig"]["Enabled"]:
                continue
            if _active_keys(live, group) != wanted:
                return PollResult(f"{user} does not use the changed keys yet")
            if live["Status"] != "Deployed":
                return PollResult(f"{user} is {live['Status']}")
        return PollResult()


@dataclass(frozen=True, kw_only=True)
class WaitUntil(Step):
    """Polls at once, then at growing intervals up to 20 s, with jitter, until `until` holds or `seconds` are over."""

    verb: ClassVar[Verb] = Verb.WAIT

    until: Deployed | GroupActive
    seconds: float

    def asks(self) -> Any:
        """Return what the fingerprint covers. The timeout does not change what is done, so it is not included."""
        if isinstance(self.until, Deployed):
            return {"config": self.until.config}
        return {"group": self.until.group, "public_keys": self.until.public_keys}

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Return when it holds, with what the last poll has read. Raises TimedOut at the deadline."""
        reason = ""
        for _ in polls(context.clock, self.seconds):
            found = _look(self.until, context)
            reason = found.pending
            if not reason:
                return found.outputs
            # The time until the deadline says nothing about how much of the deploy is done.
            context.progress(reason, None)
        raise TimedOut(f"{self.address} was not Deployed within {round(self.seconds)} s: {reason}")


def _look(until: Deployed | GroupActive, context: StepContext) -> PollResult:
    """Return what one poll has found. A read that fails for a while is a reason to keep waiting."""
    try:
        return until.look(context)
    except CfstreamError as error:
        return PollResult(not_yet(error))


def _users(context: StepContext, group: str) -> Sequence[str]:
    call = Call("cloudfront", "list_distributions_by_key_group", {"KeyGroupId": group})
    return [str(user) for user in context.aws.items(call)]


def _active_keys(live: Json, group: str) -> set[str]:
    for item in at(live, "ActiveTrustedKeyGroups.Items") or ():
        if item["KeyGroupId"] == group:
            return set(at(item, "KeyPairIds.Items") or ())
    return set()


def _resolved(call: Call, context: StepContext) -> Call:
    return Call(call.service, call.operation, resolve(call.params, context.outputs), call.region)
