"""The governor, against an API with a limit and a clock that only the governor's pauses move."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from cfstream.aws import limits, sessions
from cfstream.aws.governor import GROWS_EVERY, GROWTH, KEPT, LOWEST, OBJECT_STORE, Governor


@dataclass
class Api:
    """An API that accepts this many calls in any second. Each call takes `seconds`."""

    limit: int
    seconds: float = 0.01
    now: float = 100.0
    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def call(self) -> bool:
        """Return whether the call was accepted."""
        self.now += self.seconds
        recent = [each for each in self.accepted if each > self.now - 1]
        (self.accepted if len(recent) < self.limit else self.refused).append(self.now)
        return len(recent) < self.limit


def governed(api: Api, governor: Governor, calls: int) -> Iterator[float]:
    """Make calls until this many were accepted, and yield the times."""
    while calls:
        governor.pace()
        if api.call():
            governor.accepted()
            calls -= 1
        else:
            governor.throttled()
        yield api.now


def made(api: Api) -> Governor:
    """Return a governor with the clock of the API."""
    return Governor(lambda: api.now, api.sleep)


def test_nothing_is_paced_before_the_first_refusal() -> None:
    """A thousand accepted calls take the API's time and no more."""
    api = Api(limit=10_000)
    list(governed(api, made(api), 1_000))
    assert api.now == pytest.approx(100 + 1_000 * api.seconds)


@pytest.mark.parametrize("limit", [2, 5, 20, 80])
def test_a_limited_api_is_used_nearly_fully_and_refuses_once(limit: int) -> None:
    """After the first refusal, no second has more calls than the limit, and nothing is refused."""
    api = Api(limit)
    list(governed(api, made(api), limit * 30))
    assert len(api.refused) == 1
    assert api.now - 100 <= 1.2 * 30


def test_refusals_of_calls_already_sent_lower_the_rate_once() -> None:
    """Eight calls were under way when the limit was reached."""
    api = Api(limit=5)
    governor = made(api)
    for _ in range(5):
        governor.accepted()
    for _ in range(8):
        governor.throttled()
    governor.pace()
    first = api.now
    governor.pace()
    assert api.now - first == pytest.approx(1 / (KEPT * 5))


def test_calls_that_are_accepted_after_the_refusal_of_a_later_one_count() -> None:
    """Calls of several threads are answered in any order: the refusal may be the first answer."""
    api = Api(limit=5)
    governor = made(api)
    governor.accepted()
    governor.throttled()
    for _ in range(4):
        governor.accepted()
    began = api.now
    for _ in range(11):
        governor.pace()
    assert api.now - began == pytest.approx(1 + 10 / (KEPT * 5))


def test_an_api_that_accepts_nothing_is_asked_at_the_lowest_rate() -> None:
    """The rate is never zero."""
    api = Api(limit=1)
    governor = made(api)
    governor.throttled()
    times = []
    for _ in range(3):
        governor.pace()
        times.append(api.now)
    assert times == pytest.approx([101.0, 101 + 1 / LOWEST, 101 + 2 / LOWEST])


def test_the_rate_grows_while_nothing_is_refused() -> None:
    """An account that was busy for a while gets its speed back."""
    api = Api(limit=1_000)
    governor = made(api)
    for _ in range(10):
        governor.accepted()
    governor.throttled()
    governor.pace()
    api.now += GROWS_EVERY
    governor.pace()
    before = api.now
    governor.pace()
    assert api.now - before == pytest.approx(1 / (KEPT * 10 * GROWTH))


def test_a_read_and_its_write_wait_together() -> None:
    """Inside, the thread does not wait; the next call waits for both."""
    api = Api(limit=1_000)
    governor = made(api)
    for _ in range(10):
        governor.accepted()
    governor.throttled()
    with governor.together(2):
        start = api.now
        governor.pace()
        governor.pace()
        assert api.now == start
    governor.pace()
    assert api.now - start == pytest.approx(2 / (KEPT * 10))


def reply(status: int, body: bytes) -> AWSResponse:
    """Return a reply to an attempt, without a network."""
    return AWSResponse("https://cloudfront.amazonaws.com", status, {}, SimpleNamespace(stream=lambda: [body]))


THROTTLED = (
    b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
)
EMPTY = (
    b"<DistributionList><Marker/><MaxItems>1</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity>"
    b"</DistributionList>"
)


def test_every_attempt_of_a_client_is_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients for reads and for writes share the rate, and each API has its own."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    api = Api(limit=1)
    monkeypatch.setattr(limits, "Governor", lambda **_: made(api))
    clients = sessions.Clients(sessions.ConnectionSettings(region="us-east-1"))
    replies = [reply(400, THROTTLED), reply(200, EMPTY)]
    for write in (True, False):
        events = clients.of("cloudfront", write=write).meta.events
        events.register("before-send", lambda **_: replies.pop(0))
    with pytest.raises(ClientError, match="Throttling"):
        clients.of("cloudfront", write=True).list_distributions()
    clients.governor("s3").pace()
    assert api.now == 100
    clients.of("cloudfront").list_distributions()
    assert api.now == 101


def test_s3_recovers_within_seconds() -> None:
    """S3 throttles while it scales. One refusal must not slow a grant on thousands of objects for long."""
    slept: list[float] = []
    now = [0.0]
    governor = Governor(lambda: now[0], slept.append, OBJECT_STORE)
    governor.accepted()
    governor.throttled()
    for second in range(2, 12):
        now[0] = float(second)
        governor.pace()
    slept.clear()
    now[0] = 12.0
    for _ in range(1_000):
        governor.pace()
    assert max(slept) < 1.0
