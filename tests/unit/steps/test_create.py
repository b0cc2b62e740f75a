"""Creating one resource and no twin, even if lists lag and replies are lost."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from cfstream.errors import AlreadyThere, ReplyLost, Stale
from cfstream.ports import Answer, Call
from cfstream.steps.create import GENERATIONS, LAG_SECONDS, Create, Twin
from cfstream.steps.ledger import Ledger
from cfstream.steps.step import Stage, StepContext
from cfstream.values import Address, Json
from tests.unit.steps.buckets import Clock

FIRST = "cfstream-123456789012-lectures-oai-0"
SECOND = "cfstream-123456789012-lectures-oai-1"
REFERENCE = "Config.CallerReference"


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
        reference=REFERENCE,
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
    aws.made["E0"] = "made-by-hand"
    aws.spent.add(FIRST)
    assert create().perform(context(aws)) == {"id": "E1"}
    assert aws.made == {"E0": "made-by-hand", "E1": SECOND}


def test_the_resource_of_an_earlier_run_is_found_among_others() -> None:
    """Without a name, only the caller reference shows which one it is."""
    aws = Identities()
    aws.made.update(E0="made-by-hand", E1=FIRST)
    assert create().perform(context(aws)) == {"id": "E1"}
    assert [*aws.made] == ["E0", "E1"]


def test_spent_references_end_the_step() -> None:
    """Something is wrong if there are so many generations."""
    aws = Identities()
    aws.spent.update(f"{FIRST.removesuffix('0')}{number}" for number in range(GENERATIONS))
    with pytest.raises(Stale, match=f"all {GENERATIONS} caller references are spent"):
        create().perform(context(aws))
    assert aws.made == {}


class Named(Identities):
    """CloudFront with resources whose names are unique. There is one with the name already."""

    def __init__(self, reference: str = "made-by-hand", lag: int = 0) -> None:
        super().__init__(lag)
        self.made["E0"] = reference

    def write(self, call: Call) -> Json:
        raise AlreadyThere("CreateIt", "AlreadyExists", f"the name {call.params['Config']['Name']} exists")

    def items(self, call: Call) -> Sequence[Json]:
        return [{**row, "Name": "lectures"} for row in super().items(call)]

    def _reply(self, id_: str) -> Json:
        config = {"CallerReference": self.made[id_], "Name": "lectures"}
        return {"It": {"Id": id_, "Config": config}}


def named(reference: str = "") -> Create:
    """Return the step that creates a resource with a name, and with a caller reference if its path is given."""
    config = {"Name": "lectures", "CallerReference": FIRST} if reference else {"Name": "lectures"}
    step = create()
    return replace(
        step,
        call=replace(step.call, params={"Config": config}),
        twin=replace(step.twin, row={"Name": "lectures"}, match={"It.Config.Name": "lectures"}),
        reference=reference,
    )


def test_a_name_that_someone_else_has_taken_is_refused_at_once() -> None:
    """Its caller reference is not ours. No second resource is created."""
    clock = Clock()
    with pytest.raises(AlreadyThere):
        named(REFERENCE).perform(context(Named(), clock))
    assert clock.slept == 0
    assert named(REFERENCE).perform(context(Named(FIRST))) == {"id": "E0"}


def test_a_name_that_no_list_shows_is_refused() -> None:
    """A name has no next generation."""
    clock = Clock()
    with pytest.raises(AlreadyThere):
        named().perform(context(Named(lag=9), clock))
    assert clock.slept == sum(LAG_SECONDS)
    assert named().perform(context(Named(lag=2))) == {"id": "E0"}


def test_repeatedly_lost_replies_end_the_step() -> None:
    """The result of the last call is unknown, and the report says so."""

    class LosesReplies(Identities):
        def write(self, call: Call) -> Json:
            raise ReplyLost("CreateIt")

    with pytest.raises(ReplyLost):
        create().perform(context(LosesReplies()))
