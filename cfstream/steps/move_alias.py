"""The step that moves a host name from one distribution to another in one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from cfstream.errors import ReplyLost, Stale, VersionMoved
from cfstream.ports import Call
from cfstream.steps.content import covers
from cfstream.steps.modify import ATTEMPTS, moved
from cfstream.steps.step import Doors, Step, at
from cfstream.values import ETag, Json, Known, Verb, resolve


@dataclass(frozen=True, kw_only=True)
class MoveAlias(Step):
    """Takes an alias off its holder and puts it on our distribution: the name is answered all the time.

    UpdateDomainAssociation has an If-Match for the target alone, and fetches the name from wherever it is. So the
    holder is read just before: a name that is not where the plan saw it any more is left alone. What happens between
    that look and the call cannot be told.
    """

    verb: ClassVar[Verb] = Verb.MODIFY

    alias: str
    holder: str
    """Id of the distribution that gives it up."""
    target: Known
    """Id of ours."""
    expected: Any
    """What our distribution's config says but for its aliases, as the steps before have left it; may hold Refs."""
    etag: ETag | None = None
    """That of our distribution where this is the first step that writes to it."""

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

    def perform(self, doors: Doors) -> Mapping[str, str]:
        """Moves it, and returns the new ETag as output ``etag``. Law: moved already is done.

        Raises Stale when our distribution is not as expected, or the holder has the name no more.
        """
        target = str(resolve(self.target, doors.outputs))
        expected = resolve(self.expected, doors.outputs)
        lost = False
        for attempt in range(1, ATTEMPTS + 1):
            config, etag = _read(doors, target)
            if self.alias in _aliases(config):
                return {"etag": etag}
            if not covers(config, expected):
                raise moved(self.address, expected, {name: config.get(name) for name in expected})
            if not self._is_with_holder(doors):
                if not lost or attempt == ATTEMPTS:
                    raise self._gone()
                # The move was done, and its answer lost: ours does not read back yet (reads are eventually consistent).
                doors.clock.sleep(float(attempt))
                continue
            try:
                reply = doors.aws.write(
                    Call(
                        "cloudfront",
                        "update_domain_association",
                        {
                            "Domain": self.alias,
                            "TargetResource": {"DistributionId": target},
                            "IfMatch": etag,
                        },
                    )
                )
                return {"etag": str(reply.get("ETag", ""))}
            except (VersionMoved, ReplyLost) as refusal:
                if attempt == ATTEMPTS:
                    raise
                lost = lost or isinstance(refusal, ReplyLost)
        raise AssertionError("unreachable")

    def _is_with_holder(self, doors: Doors) -> bool:
        config, _ = _read(doors, self.holder)
        return self.alias in _aliases(config)

    def _gone(self) -> Stale:
        return Stale(
            f"{self.alias} is not on {self.holder} any more, where this plan was to fetch it",
            "run cfstream plan again and read the difference before applying",
        )


def _read(doors: Doors, distribution: str) -> tuple[Json, str]:
    reply = doors.aws.read(Call("cloudfront", "get_distribution_config", {"Id": distribution}))
    return reply["DistributionConfig"], str(reply["ETag"])


def _aliases(config: Json) -> set[str]:
    return {str(alias).lower() for alias in at(config, "Aliases.Items") or ()}
