"""What reads a bucket now: distributions, key groups and OACs, read again for a guard."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from cfstream.access.model import AccessModel, GroupState
from cfstream.access.origins import leading
from cfstream.domain import (
    Delivery,
    Distribution,
    distribution_from_config,
    distribution_from_row,
)
from cfstream.errors import Missing, Stale
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import StepContext
from cfstream.values import Known, StepId, refs_in, resolve

T = TypeVar("T")

Outputs = Mapping[StepId, Mapping[str, str]]


@dataclass(frozen=True)
class Readers:
    """All that decides who reads a bucket, apart from the bucket itself."""

    distributions: tuple[Distribution, ...]
    groups: Mapping[Known, GroupState]
    unsigned_controls: frozenset[Known]

    def around(self, model: AccessModel) -> AccessModel:
        """Return the model with these readers around its bucket."""
        return replace(
            model,
            distributions=self.distributions,
            groups=self.groups,
            unsigned_controls=self.unsigned_controls,
        )


def live_readers(context: StepContext, expected: AccessModel) -> tuple[Readers, Readers]:
    """Return the readers by two ways of asking. A guard believes the worse of them.

    The stack's own distribution is read by its id, and all others come from the lists, as in a plan; then all of them
    as the lists show them. The lists are asked last, right after each other, so that they show as much as can be seen.

    Raises Stale if the stack's own distribution is gone, and as `Reads.items`.
    """
    own = {each.id: each for each in _own(context, expected)}
    controls = _list(context, "origin_access_controls")
    unsigned = frozenset(each["Id"] for each in controls if each["SigningBehavior"] == "never")
    groups: dict[Known, GroupState] = {
        row["KeyGroup"]["Id"]: _group(row["KeyGroup"]["KeyGroupConfig"])
        for row in _list(context, "key_groups")
    }
    listed = {
        row["Id"]: distribution_from_row(delivery, row)
        for delivery in (Delivery.RTMP, Delivery.HTTP)
        for row in context.aws.items(delivery.listing)
    }
    both: tuple[Mapping[Known, Distribution], ...] = ({**listed, **own}, {**own, **listed})
    one, other = (Readers(tuple(each.values()), groups, unsigned) for each in both)
    return one, other


def reading(model: AccessModel) -> dict[Known, Distribution]:
    """Return the distributions that read the bucket, by id."""
    return {each.id: each for each in leading(model)}


def known(model: AccessModel, outputs: Outputs) -> AccessModel:
    """Return the model with what the run's finished steps have brought in place of Refs to them."""

    def now(value: T) -> T:
        refs = refs_in(value)
        missing = any(ref.output not in outputs.get(ref.step, {}) for ref in refs)
        found: T = value if missing or not refs else resolve(value, outputs)
        return found

    return replace(
        model,
        own=now(model.own),
        distributions=tuple(
            _known(each, now(each.id), now(each.arn), now(each.config)) for each in model.distributions
        ),
        identities={now(user): now(id_) for user, id_ in model.identities.items()},
        groups={
            now(id_): GroupState(each.name, each.keys and frozenset(now(key) for key in each.keys))
            for id_, each in model.groups.items()
        },
        bucket=replace(model.bucket, policy=now(model.bucket.policy)),
    )


def _known(before: Distribution, id_: Known, arn: Known, config: Any) -> Distribution:
    if (id_, arn, config) == (before.id, before.arn, before.config):
        return before
    return distribution_from_config(before.delivery, id_, arn, config)


def _own(context: StepContext, expected: AccessModel) -> Iterator[Distribution]:
    for each in expected.distributions:
        if each.id != expected.own or not isinstance(each.id, str):
            continue
        try:
            reply = context.aws.read(each.delivery.get_config(each.id))
        except Missing as missing:
            raise Stale(
                f"the {each.delivery.words} {each.id} was deleted after this plan was made ({missing.code})",
                "run cfstream plan again and read the difference before applying",
            ) from missing
        yield distribution_from_config(each.delivery, each.id, each.arn, reply[each.delivery.document])


def _group(config: Mapping[str, Any]) -> GroupState:
    return GroupState(config["Name"], frozenset(config.get("Items") or ()))


def _list(context: StepContext, what: str) -> Iterable[Mapping[str, Any]]:
    return context.aws.items(Call("cloudfront", f"list_{what}"))
