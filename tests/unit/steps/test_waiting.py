"""A wait ends at its deadline, or when the change is live, but not because of temporary errors."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from cfstream.errors import NotAuthorized, Refused, ReplyLost, Stale, Throttled, TimedOut, Unreachable
from cfstream.ports import Answer, Call
from cfstream.steps.ledger import Ledger
from cfstream.steps.records import CreateRecords
from cfstream.steps.step import Stage, StepContext
from cfstream.steps.wait import Deployed, WaitUntil
from cfstream.values import Address, Json
from tests.unit.steps.buckets import Clock

DEPLOYED = {"ETag": "E1", "Distribution": {"Status": "Deployed", "DistributionConfig": {"Enabled": True}}}
THROTTLED = Throttled("GetDistribution", "Throttling", "Rate exceeded")
UNREACHABLE = Unreachable("GetDistribution failed inside AWS: 503")
TARGET = {"HostedZoneId": "Z2", "DNSName": "d1.cloudfront.net.", "EvaluateTargetHealth": False}
RECORD = {"Name": "media.example.com.", "Type": "A", "AliasTarget": TARGET}


class Script:
    """Answers each operation with the next of its replies, and repeats the last one."""

    def __init__(self, **answers: list[Any]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def read(self, call: Call) -> Json:
        self.asked.append(call.operation)
        script = self._answers[call.operation]
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, Exception):
            raise answer
        reply: Json = answer
        return reply

    write = read

    def items(self, call: Call) -> Sequence[Json]:
        raise AssertionError(call)

    def pages(self, call: Call) -> Iterator[Json]:
        raise AssertionError(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        raise AssertionError(calls)


def perform(step: WaitUntil | CreateRecords, aws: Script) -> Json:
    """Run the step."""
    return step.perform(StepContext(aws, Clock(), {}, Ledger(), lambda _text, _fraction: None))


def wait(seconds: float = 1800.0, others: tuple[str, ...] = ()) -> WaitUntil:
    """Return the step that waits for one distribution."""
    read = Call("cloudfront", "get_distribution", {"Id": "E1"})
    until = Deployed(read, "Distribution", {"Enabled": True}, others)
    address = Address("distribution", "lectures")
    return WaitUntil(address=address, stage=Stage.WAIT, because="test", until=until, seconds=seconds)


def records(seconds: float = 1800.0) -> CreateRecords:
    """Return the step that creates one record."""
    address = Address("dns-record", "lectures")
    return CreateRecords(
        address=address, stage=Stage.DNS, because="test", zone="Z1", records=(RECORD,), seconds=seconds
    )


def test_a_wait_includes_the_distribution_that_gave_a_name() -> None:
    """It has changed too. The outputs are those of the stack's own distribution."""
    late = {"ETag": "E2", "Distribution": {"Status": "InProgress"}}
    there = {"ETag": "E2", "Distribution": {"Status": "Deployed"}}
    aws = Script(get_distribution=[DEPLOYED, late, DEPLOYED, late, DEPLOYED, there])
    assert perform(wait(others=("E2",)), aws) == {"status": "Deployed", "etag": "E1"}
    assert len(aws.asked) == 6


@pytest.mark.parametrize("error", [THROTTLED, UNREACHABLE], ids=["throttled", "unreachable"])
def test_a_wait_survives_temporary_errors(error: Exception) -> None:
    """Any number of failed polls counts as not yet, until the deadline. The last poll brings status and ETag."""
    aws = Script(get_distribution=[error] * 40 + [DEPLOYED])
    assert perform(wait(), aws) == {"status": "Deployed", "etag": "E1"}


@pytest.mark.parametrize("error", [THROTTLED, UNREACHABLE], ids=["throttled", "unreachable"])
def test_the_deadline_ends_a_wait_and_the_report_names_the_error(error: Any) -> None:
    """The report has the last reason."""
    with pytest.raises(TimedOut, match=r"throttles|503"):
        perform(wait(60.0), Script(get_distribution=[error]))


def test_a_permanent_error_ends_a_wait_at_once() -> None:
    """A missing permission does not appear by waiting."""
    denied = NotAuthorized("GetDistribution", "AccessDenied", "no")
    aws = Script(get_distribution=[denied])
    with pytest.raises(NotAuthorized):
        perform(wait(), aws)
    assert len(aws.asked) == 1


@pytest.mark.parametrize("error", [THROTTLED, UNREACHABLE], ids=["throttled", "unreachable"])
def test_a_wait_for_name_servers_survives_temporary_errors(error: Exception) -> None:
    """The records are created, and Route 53 is polled until they are INSYNC."""
    change = {"ChangeInfo": {"Id": "C1", "Status": "PENDING"}}
    insync = {"ChangeInfo": {"Id": "C1", "Status": "INSYNC"}}
    aws = Script(change_resource_record_sets=[change], get_change=[error] * 40 + [insync])
    assert perform(records(), aws) == {}


BATCH = Refused("ChangeResourceRecordSets", "InvalidChangeBatch", "it already exists")
NOTHING: Json = {"ResourceRecordSets": []}
THERE: Json = {"ResourceRecordSets": [RECORD]}
LOST = ReplyLost("the connection was closed")


def change(*writes: Any, reads: list[Json]) -> Callable[[], Script]:
    """Return Route 53's replies to batches, and its lists."""
    done = {"ChangeInfo": {"Id": "C1", "Status": "INSYNC"}}
    return lambda: Script(
        change_resource_record_sets=[*writes], list_resource_record_sets=[*reads], get_change=[done]
    )


@pytest.mark.parametrize(
    "script",
    [
        change(LOST, BATCH, reads=[NOTHING, NOTHING, THERE]),
        change(LOST, reads=[THERE]),
        change(BATCH, reads=[THERE]),
        change(THROTTLED, {"ChangeInfo": {"Id": "C1"}}, reads=[NOTHING]),
    ],
    ids=["lost-then-lagging", "lost", "there-already", "throttled"],
)
def test_records_that_are_live_are_done(script: Callable[[], Script]) -> None:
    """A batch that was applied although its reply was lost is found, even if lists lag."""
    assert perform(records(), script()) == {}


def test_records_that_never_read_back_after_a_lost_reply_are_unknown() -> None:
    """It is unknown whether the batch was applied, so it is not stale."""
    with pytest.raises(ReplyLost):
        perform(records(), change(LOST, BATCH, reads=[NOTHING])())


def test_records_of_others_are_stale() -> None:
    """Another record has the name, and stays."""
    other = {**RECORD, "AliasTarget": {**TARGET, "DNSName": "d2.cloudfront.net."}}
    with pytest.raises(Stale, match="alias of d2"):
        perform(records(), change(BATCH, reads=[{"ResourceRecordSets": [other]}])())
