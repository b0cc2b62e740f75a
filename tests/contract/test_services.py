"""Claims about the whole sandbox: which service answers, who the caller is, and the HTTP behavior."""

import http.client
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from cfstream.sandbox.accounts import ACCOUNT
from cfstream.testing.certificates import imported
from tests.contract.claims import make_bucket
from tests.world.clients import BotoClients
from tests.world.configs import (
    BUCKET,
    listing,
    make,
    make_streaming,
    refused,
    streaming_config,
    with_certificate,
)
from tests.world.sandbox import Sandbox

DISTRIBUTIONS = ["cloudfront:distribution", "cloudfront:streaming-distribution"]


@pytest.fixture
def wire(sandbox: Sandbox) -> http.client.HTTPConnection:
    """A connection to the sandbox, without an SDK."""
    return http.client.HTTPConnection(urlsplit(sandbox.endpoint_url).netloc)


def call(wire: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Return status and JSON of one call to the sandbox's own API."""
    wire.request(method, path, None if body is None else json.dumps(body), headers)
    answer = wire.getresponse()
    return answer.status, json.loads(answer.read())


def test_any_credentials_are_the_account(sts: Any) -> None:
    """With any credentials, the caller is the sandbox's account."""
    assert sts.get_caller_identity()["Account"] == ACCOUNT


def test_services_share_one_endpoint(sandbox: Sandbox, clients: BotoClients) -> None:
    """CloudFront, S3, ACM, Route 53 and KMS use one address. The signature identifies the service."""
    assert clients("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0
    assert clients("s3").list_buckets()["Buckets"] == []
    assert clients("acm").list_certificates()["CertificateSummaryList"] == []
    assert clients("route53").list_hosted_zones()["HostedZones"] == []
    assert clients("kms").list_keys()["Keys"] == []


def test_reset_forgets_everything(sandbox: Sandbox, clients: BotoClients) -> None:
    """After a reset all services are empty, and names are free again."""
    make_bucket(clients("s3"), "lectures-media")
    clients("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    sandbox.cloudfront.settings.stale_reads = 3
    sandbox.reset()
    assert clients("s3").list_buckets()["Buckets"] == []
    assert clients("route53").list_hosted_zones()["HostedZones"] == []
    assert sandbox.cloudfront.settings.stale_reads == 0
    make_bucket(clients("s3"), "lectures-media")


def test_account_block_and_access_points(s3control: Any) -> None:
    """S3 Control of the account: no public access block until one is set, and no access points."""
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3control.get_public_access_block(AccountId=ACCOUNT)
    blocked = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
    s3control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=blocked)
    block = s3control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"]
    assert not block["IgnorePublicAcls"]
    assert s3control.list_access_points(AccountId=ACCOUNT)["AccessPointList"] == []
    assert s3control.list_access_points(AccountId=ACCOUNT, Bucket="none")["AccessPointList"] == []


def test_origin_must_be_a_bucket_that_exists(cloudfront: Any, s3: Any) -> None:
    """A distribution for a missing bucket is refused, and accepted once the bucket exists."""
    with refused("InvalidArgument", 400, "does not refer to a valid S3 bucket"):
        make(cloudfront)
    make_bucket(s3, BUCKET)
    assert make(cloudfront)["DomainName"]


def test_alias_needs_a_certificate_of_acm(cloudfront: Any, s3: Any, acm: Any) -> None:
    """An alias needs an existing ACM certificate that covers it."""
    make_bucket(s3, BUCKET)
    config = with_certificate("media.example.com")
    with refused("InvalidViewerCertificate", 400):
        make(cloudfront, config)
    config["ViewerCertificate"]["ACMCertificateArn"] = imported(acm, "www.example.com")
    with refused("InvalidViewerCertificate", 400):
        make(cloudfront, config)
    config["ViewerCertificate"]["ACMCertificateArn"] = imported(acm, "*.example.com", "example.com")
    assert make(cloudfront, config)["DistributionConfig"]["Aliases"] == listing("media.example.com")


def test_tagged_distributions_are_found(cloudfront: Any, s3: Any, tagging: Any) -> None:
    """GetResources finds distributions of both kinds by their tags, and none without tags."""
    make_bucket(s3, BUCKET)
    plain, streaming = make(cloudfront), make_streaming(cloudfront)
    for created, name in ((plain, "lectures"), (streaming, "talks")):
        tags = {"Items": [{"Key": "cfstream:name", "Value": name}]}
        cloudfront.tag_resource(Resource=created["ARN"], Tags=tags)
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "team", "Value": "media"}]})

    def found(**asked: Any) -> set[str]:
        return {row["ResourceARN"] for row in tagging.get_resources(**asked)["ResourceTagMappingList"]}

    ours = [{"Key": "cfstream:name"}]
    assert found(ResourceTypeFilters=DISTRIBUTIONS, TagFilters=ours) == {plain["ARN"], streaming["ARN"]}
    named = [{"Key": "cfstream:name", "Values": ["lectures", "another"]}]
    assert found(ResourceTypeFilters=DISTRIBUTIONS, TagFilters=named) == {plain["ARN"]}
    assert found(ResourceTypeFilters=DISTRIBUTIONS[1:]) == {streaming["ARN"]}
    assert found() == {plain["ARN"], streaming["ARN"], f"arn:aws:s3:::{BUCKET}"}
    assert found(ResourceTypeFilters=["s3"]) == {f"arn:aws:s3:::{BUCKET}"}


def test_tagged_distributions_come_in_pages(cloudfront: Any, s3: Any, tagging: Any) -> None:
    """GetResources has a token for the next page, which is empty on the last one."""
    make_bucket(s3, BUCKET)
    for number in range(5):
        created = make_streaming(cloudfront, streaming_config(str(number)))
        tag = {"Key": "team", "Value": "media"}
        cloudfront.tag_resource(Resource=created["ARN"], Tags={"Items": [tag]})
    pages: list[list[str]] = []
    token = ""
    while not pages or token:
        page = tagging.get_resources(
            ResourceTypeFilters=DISTRIBUTIONS, ResourcesPerPage=2, PaginationToken=token
        )
        pages.append([row["ResourceARN"] for row in page["ResourceTagMappingList"]])
        token = page["PaginationToken"]
    assert list(map(len, pages)) == [2, 2, 1]
    assert len({arn for page in pages for arn in page}) == 5


def test_tagged_distributions_are_only_in_us_east_1(cloudfront: Any, s3: Any, clients: BotoClients) -> None:
    """GetResources finds CloudFront's resources in no other region."""
    make_bucket(s3, BUCKET)
    created = make(cloudfront)
    cloudfront.tag_resource(Resource=created["ARN"], Tags={"Items": [{"Key": "team", "Value": "media"}]})
    abroad = clients("resourcegroupstaggingapi", "eu-west-1")
    assert abroad.get_resources(ResourceTypeFilters=DISTRIBUTIONS)["ResourceTagMappingList"] == []


def test_connections_are_kept(wire: http.client.HTTPConnection) -> None:
    """Requests reuse a connection, also after a HEAD, which has a length but no body."""
    wire.connect()
    first = wire.sock
    for method in ("HEAD", "GET", "HEAD"):
        wire.request(method, "/_sandbox/status")
        answer = wire.getresponse()
        assert bool(answer.read()) == (method == "GET")
    assert wire.sock is first


def test_chunked_bodies_are_read(wire: http.client.HTTPConnection) -> None:
    """A request body can be chunked."""
    chunks = iter([b'{"stale_', b'reads": 1}'])
    wire.request("PUT", "/_sandbox/settings", chunks, encode_chunked=True)
    assert json.loads(wire.getresponse().read())["stale_reads"] == 1


def test_only_loopback_is_served(sandbox: Sandbox) -> None:
    """The sandbox listens on 127.0.0.1 only."""
    port = urlsplit(sandbox.endpoint_url).port
    assert port is not None
    assert sandbox.endpoint_url == f"http://127.0.0.1:{port}"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=5).close()


def test_settings_are_read_and_changed(wire: http.client.HTTPConnection, sandbox: Sandbox) -> None:
    """A PUT changes the settings in its body, and returns all."""
    status, settings = call(wire, "PUT", "/_sandbox/settings", {"deploy_after_reads": 5})
    assert (status, settings["deploy_after_reads"]) == (200, 5)
    assert sandbox.cloudfront.settings.deploy_after_reads == 5
    assert call(wire, "GET", "/_sandbox/settings") == (200, settings)


@pytest.mark.parametrize(
    "wanted",
    [
        {"deploy_after_raeds": 1},
        {"deploy_after_reads": "1"},
        {"deploy_after_seconds": -1},
        {"refuse_rtmp": 1},
        [],
    ],
)
def test_wrong_settings_change_nothing(wire: http.client.HTTPConnection, wanted: Any) -> None:
    """An unknown setting or an invalid value is refused, and no setting changes."""
    before = call(wire, "GET", "/_sandbox/settings")
    body = {"page_size": 1, **wanted} if wanted else wanted
    assert call(wire, "PUT", "/_sandbox/settings", body)[0] == 400
    assert call(wire, "GET", "/_sandbox/settings") == before


def test_web_pages_are_not_answered(wire: http.client.HTTPConnection, s3: Any) -> None:
    """A request with an Origin header cannot reset or change the sandbox."""
    make_bucket(s3, "lectures-media")
    status, answer = call(wire, "POST", "/_sandbox/reset", Origin="https://www.example.com")
    assert (status, list(answer)) == (403, ["error"])
    assert len(s3.list_buckets()["Buckets"]) == 1
    assert call(wire, "POST", "/_sandbox/reset")[0] == 200
    assert s3.list_buckets()["Buckets"] == []


def test_unsigned_calls_reach_no_service(wire: http.client.HTTPConnection, sandbox: Sandbox) -> None:
    """Unsigned requests do not reach CloudFront's API. They are requests to S3 for a bucket of that name."""
    for method, path, status, code in (
        ("GET", "/2020-05-31/distribution", 404, b"NoSuchBucket"),
        ("POST", "/2020-05-31/public-key", 403, b"AccessDenied"),
        ("GET", "/", 403, b"AccessDenied"),
    ):
        wire.request(method, path, b"<PublicKeyConfig/>" if method == "POST" else None)
        answer = wire.getresponse()
        assert (answer.status, code in answer.read()) == (status, True)


def test_status_knows_its_token_only(wire: http.client.HTTPConnection) -> None:
    """A sandbox without a token, as in these tests, matches no token."""
    for headers in ({}, {"X-Sandbox-Token": ""}, {"X-Sandbox-Token": "guess"}):
        status, answer = call(wire, "GET", "/_sandbox/status", **headers)
        assert (status, answer["known"], answer["account"]) == (200, False, ACCOUNT)
