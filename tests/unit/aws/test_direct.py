"""Reads through awscrt: the same requests and replies as botocore's, and everything unusual is left to botocore."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials

from cfstream.aws import direct
from cfstream.aws.client import Aws
from cfstream.aws.limits import AccountLimits
from cfstream.aws.sessions import Clients, ConnectionSettings, RoleSession
from cfstream.domain.unknown_members import UNKNOWN
from cfstream.errors import CfstreamError, Missing, NotAuthorized, Refused, Throttled
from cfstream.ports import Call
from cfstream.values import Json
from tests.unit.aws.loopback import Request, Server, serving

OWNER = "<Owner><ID>abc</ID></Owner>"
GRANT = (
    '<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>abc</ID>'
    "</Grantee><Permission>READ</Permission></Grant>"
)
ACL = (
    f"<AccessControlPolicy>{OWNER}<AccessControlList>{GRANT}{GRANT}</AccessControlList></AccessControlPolicy>"
)
RULE = (
    "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
    "</ApplyServerSideEncryptionByDefault></Rule>"
)
DISTRIBUTION = (
    "<{0}><Id>E1</Id><Status>Deployed</Status><LastModifiedTime>2026-11-30T04:00:00.123Z</LastModifiedTime>"
    "<{0}Config><Comment>c</Comment><Enabled>true</Enabled><Aliases><Quantity>1</Quantity><Items><CNAME>a.example"
    "</CNAME></Items></Aliases><Novelty>1</Novelty></{0}Config></{0}>"
)
BUCKET = {"Bucket": "lectures-media"}

ENCRYPTION = f"<ServerSideEncryptionConfiguration>{RULE}</ServerSideEncryptionConfiguration>"
ENFORCED = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
BLOCKED = "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
TAGS = "<Tags><Items><Tag><Key>cfstream:name</Key><Value>a b</Value></Tag></Items></Tags>"

REPLIES = [
    (Call("cloudfront", "get_distribution", {"Id": "E1"}), DISTRIBUTION.format("Distribution")),
    (
        Call("cloudfront", "get_streaming_distribution", {"Id": "E1"}),
        DISTRIBUTION.format("StreamingDistribution"),
    ),
    (
        Call("cloudfront", "list_tags_for_resource", {"Resource": "arn:aws:cloudfront::1:distribution/E1"}),
        TAGS,
    ),
    (Call("s3", "get_bucket_acl", BUCKET), ACL),
    (Call("s3", "get_bucket_encryption", BUCKET, "eu-west-1"), ENCRYPTION),
    (
        Call("s3", "get_bucket_ownership_controls", BUCKET | {"ExpectedBucketOwner": "123456789012"}),
        f"<OwnershipControls>{ENFORCED}</OwnershipControls>",
    ),
    (Call("s3", "get_bucket_policy", {"Bucket": "media.example.com"}), '{"Version": "2012-10-17"}'),
    (
        Call("s3", "get_public_access_block", BUCKET),
        f"<PublicAccessBlockConfiguration>{BLOCKED}</PublicAccessBlockConfiguration>",
    ),
    (
        Call("s3", "get_object_acl", BUCKET | {"Key": "a b/é//../x+?&%41~.ts", "RequestPayer": "requester"}),
        ACL,
    ),
]
"""One call of each operation, and the body of its reply."""

GET, BODY = REPLIES[0]

each_operation = pytest.mark.parametrize(
    ("call", "body"), REPLIES, ids=[call.operation for call, _ in REPLIES]
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Serve on loopback, with direct reads from the second call on."""
    monkeypatch.setattr(direct, "WORTHWHILE", 0)
    with serving() as found:
        yield found


MODELS = Clients(ConnectionSettings(sandbox=True))
"""botocore's models are loaded once."""


def session(url: str | None, region: str = "us-east-1") -> Clients:
    """Return a session of a role, with a session token."""
    keys = dict.fromkeys(("access_key", "secret_key", "token"), "T+=")
    role = RoleSession(lambda: keys | {"expiry_time": "2099-01-01T00:00:00Z"}, MODELS, AccountLimits())
    return Clients(ConnectionSettings(region=region, endpoint_url=url), role)


def connected(server: Server) -> Aws:
    """Return a connection to the server."""
    return Aws(session(server.url), "123456789012")


def read(server: Server, call: Call, body: str = BODY) -> tuple[Json, Request]:
    """Return the second reply to a call, and its request. The first one is always botocore's."""
    server.body = body
    aws = connected(server)
    aws.read(call)
    server.received.clear()
    return aws.read(call), server.received[-1]


def of_botocore(
    monkeypatch: pytest.MonkeyPatch, server: Server, call: Call, body: str
) -> tuple[Json, Request]:
    """Return botocore's reply to a call, and its request."""
    monkeypatch.setattr(direct, "OPERATIONS", frozenset())
    return read(server, call, body)


@each_operation
def test_reply_and_request_are_the_same_as_botocores(
    server: Server, monkeypatch: pytest.MonkeyPatch, call: Call, body: str
) -> None:
    """Only the signature, and what botocore sends about itself, differ."""
    ours, request = read(server, call, body)
    theirs, usual = of_botocore(monkeypatch, server, call, body)
    assert (ours, request.target) == (theirs, usual.target)
    assert (request.is_of_botocore, usual.is_of_botocore) == (False, True)
    own = re.compile("amz-sdk-.*|authorization|x-amz-date|accept-encoding")
    kept = [{k: v for k, v in each.headers.items() if not own.fullmatch(k)} for each in (request, usual)]
    assert kept[0] == kept[1]


def test_an_operation_that_botocore_has_not_called_yet_has_the_same_path(server: Server) -> None:
    """The first call of an operation changes botocore's model."""
    aws = Aws(Clients(ConnectionSettings(region="us-east-1", endpoint_url=server.url, sandbox=True)))
    for call, server.body in (each for each in REPLIES if each[0].params == BUCKET and not each[0].region):
        aws.read(call)
    assert [request.target for request in server.received] == [
        "/lectures-media?acl",
        "/lectures-media?publicAccessBlock",
    ]
    assert not server.received[1].is_of_botocore


def test_every_operation_is_tried_here() -> None:
    """No operation is added without a reply above."""
    assert {(call.service, call.operation) for call, _ in REPLIES} == direct.OPERATIONS


@each_operation
def test_the_signature_is_botocores(server: Server, call: Call, body: str) -> None:
    """Its credentials have a session token, and one key has characters that are encoded."""
    _, request = read(server, call, body)
    found = re.search(r"SignedHeaders=([^,]+), ?Signature=(\w+)", request.headers["authorization"])
    assert found
    signed = {name: request.headers[name] for name in found[1].split(";")}
    assert {"host", "x-amz-date", "x-amz-security-token"} <= signed.keys()
    auth = (S3SigV4Auth if call.service == "s3" else SigV4Auth)(
        Credentials("T+=", "T+=", "T+="), call.service, call.region or "us-east-1"
    )
    again = AWSRequest("GET", f"http://{request.headers['host']}{request.target}", headers=signed)
    again.context["timestamp"] = request.headers["x-amz-date"]
    if call.service == "s3":
        again.context["payload_signing_enabled"] = True
    text = auth.string_to_sign(again, auth.canonical_request(again))
    assert auth.signature(text, again) == found[2]


def test_unknown_members_are_listed(server: Server) -> None:
    """A write would otherwise drop them."""
    reply, _ = read(server, GET)
    assert reply[UNKNOWN] == ["Distribution.DistributionConfig.Novelty"]


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "NoSuchBucketPolicy", Missing),
        (404, "NoSuchDistribution", Missing),
        (403, "AccessDenied", NotAuthorized),
    ],
)
def test_a_missing_document_or_permission_is_reported_after_one_request(
    server: Server, status: int, code: str, error: type[CfstreamError]
) -> None:
    """These are not repeated by botocore either."""
    aws = connected(server)
    server.body = BODY
    aws.read(GET)
    server.status, server.body = status, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
    server.received.clear()
    with pytest.raises(error):
        aws.read(GET)
    assert [request.is_of_botocore for request in server.received] == [False]


def drop(request: Request) -> bool:
    """Close the connection instead of an answer, unless botocore asks."""
    return not request.is_of_botocore


def answering(server: Server, status: int, body: str = "") -> Callable[[Request], None]:
    """Return what makes the server answer so, unless botocore asks."""
    good = server.body

    def first(request: Request) -> None:
        server.status, server.body = (200, good) if request.is_of_botocore else (status, body)

    return first


@pytest.mark.parametrize("status", [301, 307, 400, 403, 404, 500, 503])
def test_an_unusual_answer_is_left_to_botocore(server: Server, status: int) -> None:
    """A redirect, a throttle, a failure of AWS, and errors without a code."""
    aws = connected(server)
    server.body = BODY
    good = aws.read(GET)
    server.first = answering(server, status, "<html>no</html>" if status in DECIDED else "")
    server.received.clear()
    assert aws.read(GET) == good
    assert [request.is_of_botocore for request in server.received] == [False, True]


DECIDED = direct.DECIDED


def test_a_throttle_lowers_the_rate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next call is paced, also one that botocore sends."""
    aws = connected(server)
    server.body = BODY
    aws.read(GET)
    clients: Clients = aws._clients
    governor = clients.governor("cloudfront")
    refused: list[bool] = []
    monkeypatch.setattr(governor, "throttled", lambda: refused.append(True))
    server.first = answering(
        server, 400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"
    )
    aws.read(GET)
    assert refused == [True]


def test_a_lost_connection_is_left_to_botocore(server: Server) -> None:
    """It may only have been idle for too long."""
    aws = connected(server)
    server.body = BODY
    good = aws.read(GET)
    aws.read(GET)
    server.first = drop
    assert aws.read(GET) == good
    assert server.received[-1].is_of_botocore


def test_without_a_server_the_error_is_botocores(server: Server) -> None:
    """It says what could not be reached."""
    aws = connected(server)
    server.body = BODY
    aws.read(GET)
    server.server_close()
    server.shutdown()
    server.first = lambda _: True
    with pytest.raises(CfstreamError) as raised:
        aws.read(GET)
    assert not isinstance(raised.value, Refused | Throttled)


def test_a_handler_that_answers_for_aws_is_respected(server: Server) -> None:
    """So moto and botocore's Stubber work as in any other program: nothing is sent."""
    clients = session(server.url)

    class Raw:
        """The body of a reply."""

        def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
            yield BODY.encode()

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, {"ETag": "E3"}, Raw())

    clients.of("cloudfront").meta.events.register("before-send", answer)
    aws = Aws(clients)
    assert [aws.read(GET)["ETag"] for _ in range(3)] == ["E3"] * 3
    assert server.received == []


def test_a_proxy_is_left_to_botocore(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Awscrt is not given the proxy."""
    server.body = BODY
    monkeypatch.setenv("HTTP_PROXY", server.url)
    aws = Aws(session("http://aws.invalid"))
    for _ in range(3):
        aws.read(GET)
    assert [request.is_of_botocore for request in server.received] == [True] * 3


def test_few_reads_do_not_load_awscrt(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading it takes longer than a few reads."""
    monkeypatch.setattr(direct, "WORTHWHILE", 5)
    server.body = BODY
    aws = connected(server)
    for _ in range(8):
        aws.read(GET)
    assert [request.is_of_botocore for request in server.received] == [True] * 6 + [False] * 2


def test_credentials_that_change_are_used_for_the_next_request(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a role expire."""
    aws = connected(server)
    server.body = BODY
    aws.read(GET)
    monkeypatch.setattr(aws._clients, "frozen_credentials", lambda: ("NEW", "secret", None))
    aws.read(GET)
    assert "Credential=NEW/" in server.received[-1].headers["authorization"]
    assert "x-amz-security-token" not in server.received[-1].headers


def test_a_bucket_in_the_host_name_is_asked_for_by_path() -> None:
    """All buckets of a region then share connections, and S3 accepts both."""
    clients = session(None, "eu-west-1")
    client = clients.alone("s3", "eu-west-1")
    seen: list[Any] = []

    def keep(request: Any, **_: Any) -> AWSResponse:
        seen.append(request)
        raise StopIteration

    client.meta.events.register("before-send", keep, unique_id="keep")
    with pytest.raises(StopIteration):
        client.get_bucket_policy(Bucket="lectures-media")
    client.meta.events.unregister("before-send", unique_id="keep")
    assert seen[0].url == "https://lectures-media.s3.eu-west-1.amazonaws.com/?policy"
    route = direct._route(clients, client, clients.governor("s3"), seen[0])
    assert route is not None
    assert route._usual[0] == ("Host", "s3.eu-west-1.amazonaws.com")
    operation = direct._Operation("get_bucket_policy", client, clients)
    assert operation.request({"Bucket": "lectures-media"}, "") == ("/lectures-media?policy", {})
