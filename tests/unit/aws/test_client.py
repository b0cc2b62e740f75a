"""The port: what is repeated, what is not, how many calls run at once, and what is not a reply of AWS."""

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from botocore import exceptions as boto

from cfstream.aws.client import Aws
from cfstream.aws.limits import OBJECT_WORKERS, READERS, WRITERS
from cfstream.errors import Missing, NotAuthorized, Refused, ReplyLost, Unreachable
from cfstream.ports import Call
from tests.unit.aws.fake_clients import DATE, Client, OneClient, Reply, refusal

GET = Call("cloudfront", "get_distribution", {"Id": "E1"})
UPDATE = Call("cloudfront", "update_distribution", {"Id": "E1"})
LIST = Call("cloudfront", "list_key_groups")


def connected(client: Client) -> Aws:
    """Return the port in front of one client."""
    clients: Any = OneClient(client)
    return Aws(clients, "123456789012")


def test_a_reply_is_the_document_alone() -> None:
    """Metadata of botocore is not part of what is compared and hashed."""
    client = Client(get_distribution=[{"ETag": "E2", "Distribution": {"Id": "E1"}}])
    assert connected(client).read(GET) == {"ETag": "E2", "Distribution": {"Id": "E1"}}


def test_each_reply_shows_the_time_of_aws() -> None:
    """Its Date header is noted."""
    clients: Any = OneClient(Client(get_distribution=[{"ETag": "E2"}]))
    noted: list[str] = []
    Aws(clients, note_date=noted.append).read(GET)
    assert noted == [DATE]


def test_reads_and_writes_have_clients_of_their_own() -> None:
    """The client for writes sends once. A call has the bucket's region."""
    clients: Any = OneClient(Client(get_distribution=[{}], put_bucket_policy=[{}]))
    aws = Aws(clients)
    aws.read(GET)
    aws.write(Call("s3", "put_bucket_policy", {"Bucket": "b"}, "eu-west-1"))
    assert clients.wanted == [("cloudfront", "", False), ("s3", "eu-west-1", True)]


@pytest.mark.parametrize("code", ["Throttling", "SlowDown", "OperationAborted", "PreconditionFailed"])
@pytest.mark.parametrize(
    "operation",
    [
        "put_bucket_policy",
        "delete_bucket_policy",
        "put_object_acl",
        "put_public_access_block",
        "tag_resource",
        "update_distribution",
    ],
)
def test_a_refused_write_is_not_sent_again(operation: str, code: str) -> None:
    """Its base may have changed, so the step must read before it writes again."""
    client = Client((), **{operation: [refusal(code), {"ETag": "E2"}]})
    with pytest.raises(Refused):
        connected(client).write(Call("s3", operation, {"Bucket": "b", "Key": "k"}))
    assert len(client.asked) == 1


def test_a_read_and_the_write_that_follows_it_need_no_slot_in_between() -> None:
    """Other writers wait while a turn is held, even if its holder reads and writes often."""
    writing = Call("s3", "put_object_acl", {"Bucket": "b", "Key": "k"}, "eu-west-1")
    reading = Call("s3", "get_object_acl", writing.params, "eu-west-1")
    clients: Any = OneClient(Client(get_object_acl=[{}], put_object_acl=[{}]))
    aws, inside, done = Aws(clients), threading.Event(), threading.Event()

    def crowd() -> None:
        with aws.turn(writing):
            if not inside.is_set():
                inside.set()
            done.wait(10)

    threads = [threading.Thread(target=crowd) for _ in range(OBJECT_WORKERS - 1)]
    for thread in threads:
        thread.start()
    with aws.turn(writing):
        late = threading.Thread(target=aws.write, args=(writing,))
        late.start()
        clients.wanted.clear()
        assert aws.read(reading) == {}
        assert aws.write(writing) == {}
        assert {write for _, _, write in clients.wanted} == {True}
        done.set()
    for thread in (*threads, late):
        thread.join(10)
    assert not any(thread.is_alive() for thread in (*threads, late))


def test_a_lost_write_is_not_sent_again() -> None:
    """The step must find out what happened to it."""
    client = Client(update_distribution=[boto.ReadTimeoutError(endpoint_url="http://x"), {"ETag": "E2"}])
    with pytest.raises(ReplyLost):
        connected(client).write(UPDATE)
    assert len(client.asked) == 1


def test_items_come_from_all_pages() -> None:
    """A list is read to its end."""
    pages: Mapping[str, Any] = {
        "": {"Items": [{"Id": "a"}], "NextMarker": "a"},
        "a": {"Items": [{"Id": "b"}], "NextMarker": "b"},
        "b": {"Quantity": 0},
    }

    def answer(**params: str) -> Reply:
        return {"KeyGroupList": pages[params.get("Marker", "")]}

    assert connected(Client(list_key_groups=answer)).items(LIST) == [{"Id": "a"}, {"Id": "b"}]


def test_together_refusals_are_values() -> None:
    """Each call gets its answer, in order."""
    replies: Mapping[str, Reply] = {
        "E1": {"ETag": "1"},
        "E2": refusal("NoSuchDistribution", 404),
        "E3": {"ETag": "3"},
    }
    client = Client(get_distribution=lambda Id: replies[Id])  # noqa: N803 (AWS's spelling)
    one, two, three = connected(client).together([Call(*GET_NAME, {"Id": each}) for each in replies])
    assert (one, three) == ({"ETag": "1"}, {"ETag": "3"})
    assert isinstance(two, Missing)
    assert connected(client).together([]) == ()


def test_denied_calls_name_the_account() -> None:
    """The missing permission has this account in its resource."""
    with pytest.raises(NotAuthorized) as denied:
        connected(Client(get_distribution=[refusal("AccessDenied", 403)])).read(GET)
    assert (
        denied.value.do
        == "allow cloudfront:GetDistribution on arn:aws:cloudfront::123456789012:distribution/E1"
    )


@pytest.mark.parametrize("document", [{}, {"html": "hello"}, None])
def test_an_answer_without_any_needed_member_is_not_of_aws(document: Any) -> None:
    """A web server that answers 200 to everything is not an empty AWS."""
    reply = {"Distribution": document}
    client = Client(("Id", "Status"), get_distribution=[reply], update_distribution=[reply])
    with pytest.raises(Unreachable, match="is not CloudFront"):
        connected(client).read(GET)
    with pytest.raises(ReplyLost):
        connected(client).write(UPDATE)


def test_an_answer_with_some_needed_member_is_taken() -> None:
    """AWS omits members that its model requires, so such a reply is accepted."""
    reply = {"Distribution": {"Id": "E1"}}
    assert connected(Client(("Id", "Status"), get_distribution=[reply])).read(GET) == reply


@pytest.mark.parametrize(
    ("call", "write", "most"),
    [
        (GET, False, READERS),
        (UPDATE, True, WRITERS),
        (Call("s3", "get_object_acl", {"Bucket": "b", "Key": "k"}), False, OBJECT_WORKERS),
        (Call("s3", "put_object_acl", {"Bucket": "b", "Key": "k"}), True, OBJECT_WORKERS),
    ],
    ids=["reads", "writes", "object reads", "object writes"],
)
def test_a_limited_number_of_calls_runs_at_once(call: Call, *, write: bool, most: int) -> None:
    """With any number of threads, only a limited number of calls of a sort run at once."""
    guard, under_way, highest = threading.Lock(), 0, 0
    full = threading.Event()

    def answer(**params: Any) -> Reply:
        nonlocal under_way, highest
        with guard:
            under_way += 1
            highest = max(highest, under_way)
            if under_way >= most:
                full.set()
        full.wait(5)
        with guard:
            under_way -= 1
        return {}

    client = Client((), **{call.operation: answer})
    aws = connected(client)
    ask = aws.write if write else aws.read
    threads = [threading.Thread(target=ask, args=(call,)) for _ in range(most + 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert highest == most
    assert len(client.asked) == most + 8


GET_NAME = (GET.service, GET.operation)
