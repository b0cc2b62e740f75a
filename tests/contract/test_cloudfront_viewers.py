"""Who may sign: trusted key groups and trusted signers of behaviors, and the keys and groups themselves."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.world.configs import (
    BUCKET,
    NOBODY,
    Json,
    behavior,
    config,
    ecdsa_pem,
    key_config,
    listing,
    make,
    make_group,
    make_key,
    refused,
    rsa_pem,
    signers,
    update,
)


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _signed_by(**changes: Any) -> Json:
    return config(DefaultCacheBehavior=behavior(**changes))


def test_an_unknown_key_group_is_refused(strict_cloudfront: Any) -> None:
    """An unknown key group is TrustedKeyGroupDoesNotExist, 400."""
    sent = _signed_by(TrustedKeyGroups=signers("0b5e2b6c-1c1a-4f3e-9a57-3f3a3f1c2d4e"))
    with refused("TrustedKeyGroupDoesNotExist", 400):
        make(strict_cloudfront, sent)


@pytest.mark.parametrize("signer", ["000000000000", "12345", "own"])
def test_an_unknown_signer_is_refused(cloudfront: Any, signer: str) -> None:
    """An account without key pairs, or an invalid account number, is TrustedSignerDoesNotExist, 400."""
    with refused("TrustedSignerDoesNotExist", 400):
        make(cloudfront, _signed_by(TrustedSigners=signers(signer)))


def test_five_signers_at_most(cloudfront: Any) -> None:
    """A sixth trusted signer on one behavior is TooManyTrustedSigners."""
    accounts = [f"{number}11122223333" for number in range(1, 7)]
    with refused("TooManyTrustedSigners", 400):
        make(cloudfront, _signed_by(TrustedSigners=signers(*accounts)))
    assert make(cloudfront, _signed_by(TrustedSigners=signers(*accounts[:5])))["Id"]


def test_four_key_groups_at_most(cloudfront: Any) -> None:
    """A fifth key group on one behavior is TooManyKeyGroupsAssociatedToDistribution."""
    key = make_key(cloudfront)
    groups = [make_group(cloudfront, f"group-{number}", key) for number in range(5)]
    with refused("TooManyKeyGroupsAssociatedToDistribution", 400):
        make(cloudfront, _signed_by(TrustedKeyGroups=signers(*groups)))


def test_signers_or_key_groups(cloudfront: Any) -> None:
    """Trusted signers and key groups on one behavior are refused."""
    group = make_group(cloudfront, "signers", make_key(cloudfront))
    with refused("InvalidArgument", 400, "both"):
        make(cloudfront, _signed_by(TrustedSigners=signers("self"), TrustedKeyGroups=signers(group)))


@pytest.mark.parametrize("member", ["TrustedSigners", "TrustedKeyGroups"])
@pytest.mark.parametrize("sent", [{"Enabled": True, "Quantity": 0}, {"Enabled": False, **listing("self")}])
def test_enabled_agrees_with_the_quantity(cloudfront: Any, member: str, sent: Json) -> None:
    """Enabled without signers, or disabled with signers, is InvalidArgument."""
    with refused("InvalidArgument", 400, member):
        make(cloudfront, _signed_by(**{member: sent}))


def test_the_own_number_reads_back_as_self(cloudfront: Any) -> None:
    """The owner among the trusted signers reads back as `self`."""
    created = make(cloudfront, _signed_by(TrustedSigners=signers("123456789012", "111122223333")))
    live = created["DistributionConfig"]["DefaultCacheBehavior"]["TrustedSigners"]
    assert (set(live["Items"]), live["Quantity"]) == ({"self", "111122223333"}, 2)


def test_an_empty_list_removes_signers(cloudfront: Any) -> None:
    """An empty list removes the key groups, and also the active ones."""
    group = make_group(cloudfront, "signers", make_key(cloudfront))
    created = make(cloudfront, _signed_by(TrustedKeyGroups=signers(group)))
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]
    opened = {**live["DefaultCacheBehavior"], "TrustedKeyGroups": NOBODY}
    update(cloudfront, created["Id"], DefaultCacheBehavior=opened)
    found = cloudfront.get_distribution(Id=created["Id"])["Distribution"]["ActiveTrustedKeyGroups"]
    assert found == NOBODY


@pytest.mark.parametrize("pem", [rsa_pem, ecdsa_pem], ids=["RSA 2048", "ECDSA P-256"])
def test_two_sorts_of_keys(cloudfront: Any, pem: Any) -> None:
    """RSA with 2048 bits and ECDSA P-256 are accepted, and read back with one newline at the end."""
    sent = pem()
    created = cloudfront.create_public_key(PublicKeyConfig=key_config(EncodedKey=sent))["PublicKey"]
    assert created["PublicKeyConfig"]["EncodedKey"] == sent + "\n"
    assert created["Id"].startswith("K")
    (row,) = cloudfront.list_public_keys()["PublicKeyList"]["Items"]
    assert (row["Id"], row["Name"], row["EncodedKey"]) == (created["Id"], "first", sent + "\n")


@pytest.mark.parametrize(
    "pem",
    [lambda: rsa_pem(3072), lambda: ecdsa_pem(ec.SECP384R1()), lambda: "key", lambda: rsa_pem()[:-60]],
    ids=["RSA 3072", "ECDSA P-384", "words", "cut off"],
)
def test_no_other_keys(cloudfront: Any, pem: Any) -> None:
    """Other sizes and curves, and other text, are InvalidArgument."""
    with refused("InvalidArgument", 400, "EncodedKey"):
        cloudfront.create_public_key(PublicKeyConfig=key_config(EncodedKey=pem()))


@pytest.mark.parametrize(
    "changes", [{"Name": "other"}, {"CallerReference": "other"}], ids=["reference", "name"]
)
def test_key_names_and_references_are_unique(cloudfront: Any, changes: Json) -> None:
    """A second key with the same name or caller reference is PublicKeyAlreadyExists."""
    make_key(cloudfront)
    with refused("PublicKeyAlreadyExists", 409):
        cloudfront.create_public_key(PublicKeyConfig=key_config(**changes))


def test_the_comment_of_a_key_can_change(strict_cloudfront: Any) -> None:
    """UpdatePublicKey accepts the config that was read, with another comment."""
    created = strict_cloudfront.create_public_key(PublicKeyConfig=key_config())["PublicKey"]
    live = strict_cloudfront.get_public_key_config(Id=created["Id"])
    changed = {**live["PublicKeyConfig"], "Comment": "new"}
    after = strict_cloudfront.update_public_key(
        Id=created["Id"], IfMatch=live["ETag"], PublicKeyConfig=changed
    )
    assert after["PublicKey"]["PublicKeyConfig"] == changed


@pytest.mark.parametrize("member", ["Name", "CallerReference", "EncodedKey"])
def test_only_the_comment_of_a_key_can_change(cloudfront: Any, member: str) -> None:
    """Any other change is CannotChangeImmutablePublicKeyFields."""
    sent = key_config()
    created = cloudfront.create_public_key(PublicKeyConfig=sent)
    changed = {**sent, member: ecdsa_pem() if member == "EncodedKey" else "other"}
    with refused("CannotChangeImmutablePublicKeyFields", 400):
        cloudfront.update_public_key(
            Id=created["PublicKey"]["Id"], IfMatch=created["ETag"], PublicKeyConfig=changed
        )


def test_a_key_in_a_group_stays(cloudfront: Any) -> None:
    """A public key in a key group cannot be deleted: PublicKeyInUse."""
    key = make_key(cloudfront)
    make_group(cloudfront, "signers", key)
    etag = cloudfront.get_public_key(Id=key)["ETag"]
    with refused("PublicKeyInUse", 409):
        cloudfront.delete_public_key(Id=key, IfMatch=etag)


def test_a_group_in_use_stays(cloudfront: Any) -> None:
    """A key group of a behavior cannot be deleted: ResourceInUse. Its users can be listed."""
    group = make_group(cloudfront, "signers", make_key(cloudfront))
    created = make(cloudfront, _signed_by(TrustedKeyGroups=signers(group)))
    etag = cloudfront.get_key_group(Id=group)["ETag"]
    with refused("ResourceInUse", 409):
        cloudfront.delete_key_group(Id=group, IfMatch=etag)
    users = cloudfront.list_distributions_by_key_group(KeyGroupId=group)["DistributionIdList"]
    assert users["Items"] == [created["Id"]]


def test_an_unused_group_and_then_its_key_can_be_deleted(cloudfront: Any) -> None:
    """In this order. Afterwards the group is NoSuchResource, and the key is NoSuchPublicKey."""
    key = make_key(cloudfront)
    group = make_group(cloudfront, "signers", key)
    cloudfront.delete_key_group(Id=group, IfMatch=cloudfront.get_key_group(Id=group)["ETag"])
    cloudfront.delete_public_key(Id=key, IfMatch=cloudfront.get_public_key(Id=key)["ETag"])
    with refused("NoSuchResource", 404):
        cloudfront.get_key_group(Id=group)
    with refused("NoSuchPublicKey", 404):
        cloudfront.get_public_key(Id=key)


def test_group_names_are_unique(cloudfront: Any) -> None:
    """A second key group with the same name, or renaming one to it, is KeyGroupAlreadyExists."""
    key = make_key(cloudfront)
    make_group(cloudfront, "signers", key)
    with refused("KeyGroupAlreadyExists", 409):
        make_group(cloudfront, "signers", key)
    other = make_group(cloudfront, "others", key)
    etag = cloudfront.get_key_group(Id=other)["ETag"]
    with refused("KeyGroupAlreadyExists", 409):
        cloudfront.update_key_group(
            Id=other, IfMatch=etag, KeyGroupConfig={"Name": "signers", "Items": [key]}
        )


def test_groups_need_existing_keys(cloudfront: Any) -> None:
    """An unknown key, a repeated key, or no key is InvalidArgument."""
    key = make_key(cloudfront)
    for keys in (["K00000000000NO"], [key, key], []):
        with refused("InvalidArgument", 400):
            make_group(cloudfront, "signers", *keys)


def test_a_group_shows_its_config(cloudfront: Any) -> None:
    """GetKeyGroupConfig returns what was sent, with an empty comment, and the ETag for a write."""
    key = make_key(cloudfront)
    group = make_group(cloudfront, "signers", key)
    live = cloudfront.get_key_group_config(Id=group)
    assert live["KeyGroupConfig"] == {"Name": "signers", "Items": [key], "Comment": ""}
    cloudfront.delete_key_group(Id=group, IfMatch=live["ETag"])


def test_rows_of_key_groups_contain_the_group(cloudfront: Any) -> None:
    """A row of ListKeyGroups contains the whole group, like GetKeyGroup."""
    group = make_group(cloudfront, "signers", make_key(cloudfront))
    (row,) = cloudfront.list_key_groups()["KeyGroupList"]["Items"]
    assert row["KeyGroup"] == cloudfront.get_key_group(Id=group)["KeyGroup"]
