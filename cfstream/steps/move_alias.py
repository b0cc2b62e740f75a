"""The step that moves a host name from one distribution to another in one call."""

from collections.abc import Mapping
from typing import Any, ClassVar

from cfstream.errors import ReplyLost, Stale
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.attempts import THROTTLED, VERSIONED, persist
from cfstream.steps.content import covers
from cfstream.steps.moved import moved
from cfstream.steps.step import Step, StepContext, at
from cfstream.values import ETag, Json, Known, Verb, resolve


@dataclass(frozen=True, kw_only=True)
class MoveAlias(Step):
    """Moves an alias from its holder to our distribution, without an interruption.

    UpdateDomainAssociation has an If-Match for the target alone, and takes the name from any holder. So every attempt
    reads the holder just before: a name that is not where the plan saw it is not moved. A change between that read
    and the call cannot be detected.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    alias: str
    holder: str
    """Id of the distribution that loses it."""
    target: Known
    """Id of ours."""
    expected: Any
    """Our distribution's config without its aliases, as the steps before have left it; may hold Refs."""
    etag: ETag | None = None
    """The ETag of our distribution, if this is the first step that writes to it."""

    @property
    def if_match(self) -> ETag | None:
        return self.etag

    def asks(self) -> Any:
        return {
            "domain": self.alias,
            "from": self.holder,
            "to": self.target,
            "config": self.expected,
        }

    def perform(self, context: StepContext) -> Mapping[str, str]:
        """Move it, and return the new ETag as output ``etag``. Law: an alias that is moved already is done.

        Raises Stale if our distribution is not as expected, or the holder no longer has the name.
        """
        return persist(context, _Move(self, context).attempt, THROTTLED, VERSIONED)


class _Move:
    """One move, and whether the reply to one of its attempts was lost."""

    def __init__(self, step: MoveAlias, context: StepContext) -> None:
        self._step = step
        self._context = context
        self._target = str(resolve(step.target, context.outputs))
        self._expected = resolve(step.expected, context.outputs)
        self._lost: ReplyLost | None = None

    def attempt(self) -> Mapping[str, str]:
        """Move the name, if it is still on its holder and ours is as expected."""
        config, etag = _read(self._context, self._target)
        if self._step.alias in _aliases(config):
            return {"etag": etag}
        if not covers(config, self._expected):
            raise moved(
                self._step.address, self._expected, {name: config.get(name) for name in self._expected}
            )
        if self._step.alias not in _aliases(_read(self._context, self._step.holder)[0]):
            # After a lost reply the move is most likely done, and ours does not read back yet.
            raise self._lost or self._gone()
        return self._write(etag)

    def _write(self, etag: str) -> Mapping[str, str]:
        params = {
            "Domain": self._step.alias,
            "TargetResource": {"DistributionId": self._target},
            "IfMatch": etag,
        }
        try:
            reply = self._context.aws.write(Call("cloudfront", "update_domain_association", params))
        except ReplyLost as lost:
            self._lost = lost
            raise
        return {"etag": str(reply.get("ETag", ""))}

    def _gone(self) -> Stale:
        return Stale(
            f"{self._step.alias} is no longer on {self._step.holder}, from which this plan moves it",
            "run cfstream plan again and read the difference before applying",
        )


def _read(context: StepContext, distribution: str) -> tuple[Json, str]:
    reply = context.aws.read(Call("cloudfront", "get_distribution_config", {"Id": distribution}))
    return reply["DistributionConfig"], str(reply["ETag"])


def _aliases(config: Json) -> set[str]:
    return {str(alias).lower() for alias in at(config, "Aliases.Items") or ()}
