"""ETag and If-Match: which writes are accepted. Deployment is in `test_cloudfront_deploying.py`."""

import re
from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    behavior,
    config,
    key_config,
    make,
    make_control,
    make_group,
    make_identity,
    make_key,
    make_streaming,
    refused,
    signers,
    update,
)


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _read(cloudfront: Any, distribution_id: str) -> Any:
    return cloudfront.get_distribution_config(Id=distribution_id)


def test_update_needs_the_etag(cloudfront: Any) -> None:
    """An update without If-Match is refused with 400 InvalidIfMatchVersion."""
    created = make(cloudfront)
    live = _read(cloudfront, created["Id"])["DistributionConfig"]
    with refused("InvalidIfMatchVersion", 400, "missing or not valid"):
        cloudfront.update_distribution(Id=created["Id"], DistributionConfig=live)


@pytest.mark.parametrize("etag", ["", "*", "E1", "e2qwruhapomqzl", '"E2QWRUHAPOMQZL"'])
def test_update_needs_a_valid_etag(cloudfront: Any, etag: str) -> None:
    """Text that cannot be an ETag is refused with 400, like a missing one."""
    created = make(cloudfront)
    live = _read(cloudfront, created["Id"])["DistributionConfig"]
    with refused("InvalidIfMatchVersion", 400):
        cloudfront.update_distribution(Id=created["Id"], IfMatch=etag, DistributionConfig=live)


def test_a_stale_etag_is_refused_on_update(strict_cloudfront: Any) -> None:
    """A stale If-Match on an update is refused with 412 PreconditionFailed."""
    created = make(strict_cloudfront)
    live = _read(strict_cloudfront, created["Id"])
    stale = {
        "Id": created["Id"],
        "IfMatch": "E2QWRUHAPOMQZL",
        "DistributionConfig": live["DistributionConfig"],
    }
    with refused("PreconditionFailed", 412):
        strict_cloudfront.update_distribution(**stale)


def test_a_stale_etag_is_refused_on_delete(strict_cloudfront: Any) -> None:
    """A stale If-Match on a delete is refused with 412, and the distribution stays."""
    created = make(strict_cloudfront, config(Enabled=False))
    with refused("PreconditionFailed", 412):
        strict_cloudfront.delete_distribution(Id=created["Id"], IfMatch="E2QWRUHAPOMQZL")
    assert strict_cloudfront.get_distribution(Id=created["Id"])["Distribution"]["Id"] == created["Id"]


def test_each_update_brings_a_new_etag(strict_cloudfront: Any) -> None:
    """Every successful update changes the ETag. The reply and later reads have the same one."""
    created = make(strict_cloudfront)
    first = update(strict_cloudfront, created["Id"], Comment="a")["ETag"]
    second = update(strict_cloudfront, created["Id"], Comment="b")["ETag"]
    assert len({created["ETag"], first, second}) == 3
    assert strict_cloudfront.get_distribution(Id=created["Id"])["ETag"] == second


def test_an_update_that_changes_nothing_still_brings_a_new_etag(cloudfront: Any) -> None:
    """Sending back the document that was read is a write like any other."""
    created = make(cloudfront)
    assert update(cloudfront, created["Id"])["ETag"] != created["ETag"]


def test_a_refused_update_leaves_the_etag(cloudfront: Any) -> None:
    """A refused write changes neither config nor ETag."""
    created = make(cloudfront)
    with refused("InvalidArgument", 400):
        update(cloudfront, created["Id"], Comment="c" * 129)
    assert _read(cloudfront, created["Id"])["ETag"] == created["ETag"]


def test_an_unknown_id_is_404_whatever_the_etag(cloudfront: Any) -> None:
    """The id is checked before If-Match."""
    with refused("NoSuchDistribution", 404):
        cloudfront.delete_distribution(Id="E00000000000NO")


def test_etags_and_ids_have_the_form_of_aws(cloudfront: Any) -> None:
    """E and 12 to 13 characters for ETags, E and 13 for distributions, and a host under cloudfront.net."""
    created = make(cloudfront)
    assert re.fullmatch(r"E[A-Z0-9]{12,13}", created["ETag"])
    assert re.fullmatch(r"E[A-Z0-9]{13}", created["Id"])
    assert re.fullmatch(r"d[a-z0-9]{13}\.cloudfront\.net", created["DomainName"])
    assert created["ARN"] == f"arn:aws:cloudfront::123456789012:distribution/{created['Id']}"


def test_a_key_group_changes_the_etag_of_its_users(strict_cloudfront: Any) -> None:
    """UpdateKeyGroup changes the ETag of each distribution that uses the group, and of no other."""
    cloudfront = strict_cloudfront
    key, other = make_key(cloudfront), make_key(cloudfront, "second")
    group = make_group(cloudfront, "signers", key)
    user = make(cloudfront, config("user", DefaultCacheBehavior=behavior(TrustedKeyGroups=signers(group))))
    bystander = make(cloudfront, config("bystander"))
    changed = {"Name": "signers", "Items": [key, other]}
    etag = cloudfront.get_key_group(Id=group)["ETag"]
    cloudfront.update_key_group(Id=group, IfMatch=etag, KeyGroupConfig=changed)
    assert _read(cloudfront, user["Id"])["ETag"] != user["ETag"]
    assert _read(cloudfront, bystander["Id"])["ETag"] == bystander["ETag"]


def test_a_response_headers_policy_changes_the_etag_of_its_users(cloudfront: Any) -> None:
    """UpdateResponseHeadersPolicy changes the ETag of the distributions that use it."""
    named = {"Name": "cors", "Comment": ""}
    created = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=named)
    policy = created["ResponseHeadersPolicy"]["Id"]
    user = make(cloudfront, config(DefaultCacheBehavior=behavior(ResponseHeadersPolicyId=policy)))
    cloudfront.update_response_headers_policy(
        Id=policy, IfMatch=created["ETag"], ResponseHeadersPolicyConfig={**named, "Comment": "new"}
    )
    assert _read(cloudfront, user["Id"])["ETag"] != user["ETag"]


def test_tags_leave_the_etag(cloudfront: Any) -> None:
    """Tags are not part of the config: tagging changes neither ETag nor status."""
    created = make(cloudfront)
    cloudfront.tag_resource(Resource=created["ARN"], Tags={"Items": [{"Key": "team", "Value": "media"}]})
    live = cloudfront.get_distribution(Id=created["Id"])
    assert (live["ETag"], live["Distribution"]["Status"]) == (created["ETag"], "Deployed")


def test_rows_of_distributions_have_their_etag(cloudfront: Any) -> None:
    """A DistributionSummary has an ETag. A StreamingDistributionSummary does not."""
    created = make(cloudfront)
    make_streaming(cloudfront)
    (row,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    (streaming,) = cloudfront.list_streaming_distributions()["StreamingDistributionList"]["Items"]
    assert row["ETag"] == created["ETag"]
    assert "ETag" not in streaming


@pytest.mark.parametrize(
    ("etag", "code", "status"),
    [(None, "InvalidIfMatchVersion", 400), ("E2QWRUHAPOMQZL", "PreconditionFailed", 412)],
)
def test_every_kind_checks_the_etag_of_a_delete(
    cloudfront: Any, etag: str | None, code: str, status: int
) -> None:
    """A missing ETag is 400 and a stale one is 412, for every kind that has ETags."""
    key = make_key(cloudfront)
    deletes = {
        "cloud_front_origin_access_identity": make_identity(cloudfront)["Id"],
        "origin_access_control": make_control(cloudfront)["Id"],
        "key_group": make_group(cloudfront, "signers", key),
        "public_key": key,
        "streaming_distribution": make_streaming(cloudfront)["Id"],
    }
    for kind, made_id in deletes.items():
        with refused(code, status):
            getattr(cloudfront, f"delete_{kind}")(Id=made_id, **({"IfMatch": etag} if etag else {}))


def test_every_kind_gets_a_new_etag_with_an_update(cloudfront: Any) -> None:
    """Identities, controls, keys and groups change their ETag with an update."""
    identity, control = make_identity(cloudfront), make_control(cloudfront)
    sent = {"CallerReference": "one", "Comment": "new"}
    after = cloudfront.update_cloud_front_origin_access_identity(
        Id=identity["Id"], IfMatch=identity["ETag"], CloudFrontOriginAccessIdentityConfig=sent
    )
    assert after["ETag"] != identity["ETag"]
    after = cloudfront.update_origin_access_control(
        Id=control["Id"],
        IfMatch=control["ETag"],
        OriginAccessControlConfig=control["OriginAccessControlConfig"],
    )
    assert after["ETag"] != control["ETag"]
    sent = key_config()
    key = cloudfront.create_public_key(PublicKeyConfig=sent)
    after = cloudfront.update_public_key(
        Id=key["PublicKey"]["Id"], IfMatch=key["ETag"], PublicKeyConfig={**sent, "Comment": "new"}
    )
    assert after["ETag"] != key["ETag"]
