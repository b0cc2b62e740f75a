"""The sandbox's CloudFront as an object, and its answers to malformed requests."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cfstream.sandbox.cloudfront import CloudFront, Settings
from tests.world.configs import BUCKET, config, make, refused

PATH = "/2020-05-31/distribution"
MINIMAL = (
    b"<CloudFrontOriginAccessIdentityConfig><CallerReference>r</CallerReference><Comment>c</Comment>"
    b"</CloudFrontOriginAccessIdentityConfig>"
)


def _post(path: str, body: bytes) -> tuple[int, str]:
    status, _, answer = CloudFront().handle("POST", path, "", {}, body)
    return status, answer.decode()


def test_an_unsupported_operation_is_named(cloudfront: Any) -> None:
    """It is UnsupportedOperation with the operation's name, and never a false success."""
    with refused("UnsupportedOperation", 400, "ListVpcOrigins"):
        cloudfront.list_vpc_origins()


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (PATH, b"", "MissingBody"),
        (PATH, b"<DistributionConfig>", "MalformedXML"),
        (PATH, b"<DistributionConfig><Surprise/></DistributionConfig>", "MalformedXML"),
        (PATH, b"<DistributionConfig><Enabled>perhaps</Enabled></DistributionConfig>", "MalformedXML"),
        (PATH, b"<DistributionConfig/>", "InvalidArgument"),
        (
            PATH,
            b"<DistributionConfig><Origins><Quantity>two</Quantity></Origins></DistributionConfig>",
            "MalformedXML",
        ),
        ("/2020-05-31/domain-association", b"<UpdateDomainAssociationRequest/>", "InvalidArgument"),
        ("/2020-05-31/nothing", b"", "UnsupportedOperation"),
    ],
)
def test_malformed_requests_are_refused(path: str, body: bytes, code: str) -> None:
    """Each has its code, status 400 and CloudFront's error envelope."""
    status, answer = _post(path, body)
    assert status == 400
    assert f"<Code>{code}</Code>" in answer
    assert answer.startswith('<?xml version="1.0"?>\n<ErrorResponse ')


def test_any_text_reads_back(cloudfront: Any) -> None:
    """Characters that XML escapes, and those of all scripts, read back as sent."""
    comment = "<a> & \"b\" 'c' ñ 日本 🎬"
    sent = {"CallerReference": "one", "Comment": comment}
    created = cloudfront.create_cloud_front_origin_access_identity(CloudFrontOriginAccessIdentityConfig=sent)
    assert created["CloudFrontOriginAccessIdentity"]["CloudFrontOriginAccessIdentityConfig"] == sent


def test_creates_return_a_location(cloudfront: Any, s3: Any) -> None:
    """A create is 201 with the Location of the new resource."""
    s3.create_bucket(Bucket=BUCKET)
    created = cloudfront.create_distribution(DistributionConfig=config())
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert created["Location"] == f"https://cloudfront.amazonaws.com{PATH}/{created['Distribution']['Id']}"


def test_state_survives_pickling() -> None:
    """An unpickled CloudFront has the same state and settings, without the callables of its server."""
    before = CloudFront("111122223333", Settings(deploy_after_reads=7))
    before.bucket_exists = lambda name: True
    status, _, _ = before.handle("POST", "/2020-05-31/origin-access-identity/cloudfront", "", {}, MINIMAL)
    assert status == 201
    after = pickle.loads(pickle.dumps(before))
    assert after.account == "111122223333"
    assert after.settings == before.settings
    assert after.bucket_exists is None
    (identity,) = after.origin_access_identities()
    assert after.identity_by_canonical_user(identity.canonical_user) is identity
    path = f"/2020-05-31/origin-access-identity/cloudfront/{identity.id}"
    assert after.handle("GET", path, "", {}, b"")[1]["ETag"] == identity.etag


def test_settings_can_be_assigned_whole() -> None:
    """New settings take effect at once everywhere."""
    cloudfront = CloudFront()
    cloudfront.settings = Settings(refuse_rtmp=True, quotas={"public_keys": 3})
    assert cloudfront.settings.refuse_rtmp
    assert (cloudfront.settings.quota("public_keys"), cloudfront.settings.quota("key_groups")) == (3, 10)


def test_concurrent_creates_make_one(cloudfront: Any, s3: Any) -> None:
    """Of several concurrent creates with one caller reference, one succeeds."""
    s3.create_bucket(Bucket=BUCKET)

    def attempt(_: int) -> str:
        try:
            return str(make(cloudfront)["Id"])
        except cloudfront.exceptions.DistributionAlreadyExists:
            return ""

    with ThreadPoolExecutor(4) as pool:
        created = [found for found in pool.map(attempt, range(8)) if found]
    assert len(created) == 1
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 1


def test_a_seed_gives_the_same_ids() -> None:
    """The same settings and requests give the same ids and ETags."""
    path = "/2020-05-31/origin-access-identity/cloudfront"
    etags = {CloudFront().handle("POST", path, "", {}, MINIMAL)[1]["ETag"] for _ in range(2)}
    assert len(etags) == 1
