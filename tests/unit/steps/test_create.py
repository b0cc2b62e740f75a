"""Creating one resource and no twin, even if lists lag and replies are lost."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cfstream.errors import AlreadyThere, ReplyLost
from cfstream.ports import Answer, Call
from cfstream.steps.create import LAG_SECONDS, Create, Twin
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import Stage, StepContext
from cfstream.values import Address, Json
from tests.unit.steps.buckets import Clock

FIRST = "cfstream-123456789012-lectures-oai-0"
SECOND = "cfstream-123456789012-lectures-oai-1"


class Identities:
    """CloudFront with identities: one per caller reference. Lists show each only after `lag` more lists."""

    def __init__(self, lag: int = 0, *, lost: int = 0) -> None:
        self.made: dict[str, str] = {}
        self.spent: set[str] = set()
        self.calls: Counter[str] = Counter()
        self._lag = lag
        self._lost = lost

    def write(self, call: Call) -> Json:
        self.calls["create"] += 1
        config = call.params["Config"]
        reference = config["CallerReference"]
        if reference in self.made.values() or reference in self.spent:
            raise AlreadyThere("CreateIt", "AlreadyExists", "a resource with that reference exists")
        id_ = f"E{len(self.made)}"
        self.made[id_] = reference
        if self._lost:
            self._lost -= 1
            raise ReplyLost("CreateIt")
        return self._reply(id_)

    def read(self, call: Call) -> Json:
        return self._reply(call.params["Id"])

    def items(self, call: Call) -> Sequence[Json]:
        self.calls[call.operation] += 1
        if self.calls[call.operation] <= self._lag:
            return []
        return [{"Id": id_} for id_ in self.made]

    def pages(self, call: Call) -> Iterator[Json]:
        raise AssertionError(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        raise AssertionError(calls)

    def _reply(self, id_: str) -> Json:
        return {"It": {"Id": id_, "Config": {"CallerReference": self.made[id_], "Comment": "ours"}}}


def create() -> Create:
    """Return the step that creates an identity."""
    return Create(
        address=Address("origin-access-identity", "lectures"),
        stage=Stage.IDENTITY,
        because="test",
        call=Call("cloudfront", "create_it", {"Config": {"CallerReference": FIRST, "Comment": "ours"}}),
        outputs={"id": "It.Id"},
        twin=Twin(Call("cloudfront", "list_it"), "Id", "get_it", {}, content="It.Config"),
        document="Config",
        reference="Config.CallerReference",
    )


def context(aws: Any, clock: Clock | None = None) -> StepContext:
    """Return the context of the step."""
    return StepContext(aws, clock or Clock(), {}, Ledger(), lambda _text, _fraction: None)


@pytest.mark.parametrize("lag", range(len(LAG_SECONDS) + 1))
def test_a_list_that_lags_creates_no_twin(lag: int) -> None:
    """A resource of an earlier attempt is found, even if only a later list shows it."""
    aws, clock = Identities(lag, lost=1), Clock()
    assert create().perform(context(aws, clock)) == {"id": "E0"}
    assert aws.made == {"E0": FIRST}
    assert clock.slept == sum(LAG_SECONDS[:lag])


def test_a_used_reference_is_followed_by_the_next() -> None:
    """No list shows a resource with this reference, so it was deleted, and the next generation is created."""
    aws = Identities()
    aws.spent.add(FIRST)
    assert create().perform(context(aws)) == {"id": "E0"}
    assert aws.made == {"E0": SECOND}


def test_repeatedly_lost_replies_end_the_step() -> None:
    """The result of the last call is unknown, and the report says so."""

    class LosesReplies(Identities):
        def write(self, call: Call) -> Json:
            raise ReplyLost("CreateIt")

    with pytest.raises(ReplyLost):
        create().perform(context(LosesReplies()))
