"""An absent field is not managed, an empty one is emptied, and every other field has its default."""

from typing import Any

import pytest

from tests.world.account import SandboxAccount
from tests.world.configs import behavior_of, listing, set_to
from tests.world.plans import changes, steps
from tests.world.specs import Json, http, rtmp, signed

LOGS = {"Enabled": True, "IncludeCookies": True, "Bucket": "logs.s3.amazonaws.com", "Prefix": "cf/"}
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


@pytest.fixture(autouse=True)
def log_bucket(account: SandboxAccount) -> None:
    """The bucket for logs, with ACLs, which CloudFront needs."""
    account.s3.create_bucket(Bucket="logs", ObjectOwnership="BucketOwnerPreferred")


UNMANAGED: list[tuple[str, Json]] = [
    ("comment", {"Comment": "by hand"}),
    ("logging", {"Logging": LOGS}),
    ("price_class", {"PriceClass": "PriceClass_100"}),
    ("http.default_root_object", {"DefaultRootObject": "index.html"}),
    ("http.ipv6", {"IsIPV6Enabled": False}),
]
"""Fields that a spec may leave out, and what somebody sets by hand."""

REMOVALS: list[tuple[Json, Json, Json]] = [
    ({"comment": ""}, {"Comment": "by hand"}, {"Comment": ""}),
    (
        {"logging": False},
        {"Logging": LOGS},
        {"Logging": {**LOGS, "Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}},
    ),
    ({"http": {"default_root_object": ""}}, {"DefaultRootObject": "index.html"}, {"DefaultRootObject": ""}),
    ({"http": {"ipv6": False}}, {"IsIPV6Enabled": True}, {"IsIPV6Enabled": False}),
]
"""A field that the spec has and that is empty, what somebody set by hand, and what it becomes."""


@pytest.mark.parametrize(("field", "by_hand"), UNMANAGED, ids=[field for field, _ in UNMANAGED])
def test_an_absent_field_stays_as_somebody_set_it(account: SandboxAccount, field: str, by_hand: Json) -> None:
    """Nothing is planned for it, and an update of another field keeps it."""
    account.converge(signed())
    account.edit(set_to(**by_hand))
    assert steps(account.plan(signed())) == []
    other = {"price_class": "PriceClass_200"} if field == "comment" else {"comment": "another field"}
    account.converge(signed(**other))
    live = account.config()
    assert {name: live[name] for name in by_hand} == by_hand


def test_an_absent_cache_policy_stays_as_somebody_set_it(account: SandboxAccount) -> None:
    """It is kept on the default behavior, and on named ones."""
    document = signed(http={"behaviors": [{"path": "/live/*"}]})
    account.converge(document)

    def disable(config: Json) -> None:
        for path in ("", "/live/*"):
            behavior_of(config, path)["CachePolicyId"] = CACHING_DISABLED

    account.edit(disable)
    assert steps(account.plan(document)) == []


def test_absent_cnames_stay_as_somebody_set_them(account: SandboxAccount) -> None:
    """Only an empty list removes them, and that cuts viewers."""
    account.converge(rtmp())
    account.edit_streaming(set_to(Aliases=listing("media.example.com")))
    assert steps(account.plan(rtmp())) == []
    emptied = account.plan(rtmp(cnames=[])).stacks[0]
    assert changes(emptied) == {"cnames": (["media.example.com"], [])}
    account.converge(rtmp(cnames=[]), allow=["cuts-viewers"])
    assert account.streaming_config()["Aliases"] == {"Quantity": 0}


@pytest.mark.parametrize(("fields", "by_hand", "becomes"), REMOVALS, ids="-".join)
def test_an_empty_value_is_removed(
    account: SandboxAccount, fields: Json, by_hand: Json, becomes: Json
) -> None:
    """``""``, ``[]`` and ``false`` remove a setting."""
    account.converge(signed())
    account.edit(set_to(**by_hand))
    account.converge(signed(**fields))
    live = account.config()
    assert {name: live[name] for name in becomes} == becomes


def test_a_new_distribution_gets_explicit_defaults(account: SandboxAccount) -> None:
    """The safest value is sent explicitly, because AWS may change a default."""
    account.converge(signed())
    live = account.config()
    assert live["Comment"] == ""
    assert live["Aliases"] == {"Quantity": 0}
    assert live["Logging"] == {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}
    assert live["DefaultRootObject"] == ""
    assert live["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


def test_tags_are_only_added_or_changed(account: SandboxAccount) -> None:
    """A tag that the spec no longer has stays, and so do tags of others."""
    account.converge(signed(tags={"team": "media", "stage": "test"}))
    arn = account.live()["ARN"]
    account.cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "cost", "Value": "42"}]})
    changed = account.converge(signed(tags={"team": "stage hands"})).stacks[0]
    assert changes(changed) == {"tags.team": ("media", "stage hands")}
    expected = {"team": "stage hands", "stage": "test", "cost": "42", "cfstream:name": "lectures"}
    assert account.tags(arn) == expected
    assert steps(account.plan(signed())) == []
    assert steps(account.plan(signed(tags={}))) == []


DEFAULTS: list[tuple[str, Json, Any, Any]] = [
    ("enabled", {"Enabled": False}, False, True),
    ("http.viewer_protocol", {}, "allow-all", "redirect-to-https"),
]


@pytest.mark.parametrize(("field", "by_hand", "before", "after"), DEFAULTS, ids=[row[0] for row in DEFAULTS])
def test_every_other_field_is_held_to_its_default(
    account: SandboxAccount, field: str, by_hand: Json, before: Any, after: Any
) -> None:
    """A spec without it means the default, and a live difference is repaired."""
    account.converge(signed())

    def change(config: Json) -> None:
        config.update(by_hand)
        if not by_hand:
            config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = before

    account.edit(change)
    assert changes(account.stack(signed())) == {field: (before, after)}
    account.converge(signed())


def test_lists_are_compared_without_their_order(account: SandboxAccount) -> None:
    """The order of signers, cnames and keys does not matter."""
    account.converge(
        rtmp(cnames=["a.example.com", "b.example.com"], trusted_signers=["self", "111122223333"])
    )
    turned = rtmp(cnames=["b.example.com", "a.example.com"], trusted_signers=["111122223333", "self"])
    assert steps(account.plan(turned)) == []


def test_self_and_the_own_account_number_are_one_signer(account: SandboxAccount) -> None:
    """It does not matter which of them the spec has and AWS shows."""
    account.converge(signed())
    own = signed(trusted_signers=[account.world.account])
    assert steps(account.plan(own)) == []
    assert steps(account.plan(signed(trusted_signers=["self", account.world.account]))) == []


def test_a_spec_of_names_alone_is_enough(account: SandboxAccount) -> None:
    """Version, name, bucket and a signer are enough. Everything else has a default."""
    account.converge(signed())
    account.converge(http(name="keys"))


def test_the_security_policy_is_held_to_its_default(account: SandboxAccount) -> None:
    """A weaker one is replaced, which is not a hazard."""
    document = signed(
        cnames=["media.example.com"], http={"certificate": account.certificate("*.example.com")}
    )
    account.converge(document)
    weaker = {**account.config()["ViewerCertificate"], "MinimumProtocolVersion": "TLSv1.1_2016"}
    account.edit(set_to(ViewerCertificate=weaker))
    plan = account.stack(document)
    assert changes(plan) == {"http.minimum_tls": ("TLSv1.1_2016", "TLSv1.2_2021")}
    assert plan.hazards == ()
    account.converge(document)
