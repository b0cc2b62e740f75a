"""The spec owns the signers of every behavior that reads the bucket. Order counts, and no behavior is ever deleted."""

from typing import Any

import pytest

from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, behavior_of, listing, paths, signers
from tests.world.plans import changes, hazards, outcome, steps
from tests.world.specs import ONE, Json, group, http, key, signed

NOBODY = signers()


def named(*behaviors: Json, **fields: Any) -> Json:
    """Return a spec with these behaviors, signed by the account."""
    return signed(http={"behaviors": list(behaviors)}, **fields)


def second_origin(config: Json, **fields: Any) -> Json:
    """Add an origin like the one of the bucket, except for its id and `fields`, by hand."""
    origin = {**config["Origins"]["Items"][0], "Id": "second", **fields}
    config["Origins"] = listing(*config["Origins"]["Items"], origin)
    return origin


def test_an_unlisted_path_is_not_public(account: SandboxAccount) -> None:
    """A behavior without signers that was added by hand gets the default's, and the plan shows it."""
    account.converge(signed())
    account.edit(add_behavior("/open/*", TrustedSigners=NOBODY))
    plan = account.stack(signed())
    assert changes(plan) == {"http.behaviors[/open/*].trusted_signers": ([], ["self"])}
    assert hazards(plan) == []
    account.converge(signed())
    assert behavior_of(account.config(), "/open/*")["TrustedSigners"] == signers("self")


def test_other_signers_than_the_defaults_are_shown_as_a_change_and_cut_viewers(
    account: SandboxAccount,
) -> None:
    """The current signers of that path lose it, which is a hazard."""
    account.converge(signed())
    account.edit(add_behavior("/other/*", TrustedSigners=signers("111122223333")))
    plan = account.stack(signed())
    assert changes(plan) == {"http.behaviors[/other/*].trusted_signers": (["111122223333"], ["self"])}
    assert hazards(plan) == ["cuts-viewers"]


def test_an_open_path_through_another_origin_of_our_bucket_is_closed(account: SandboxAccount) -> None:
    """The origin's id, and how it writes the bucket, do not matter."""
    account.converge(signed())

    def change(config: Json) -> None:
        second_origin(config, DomainName="media.s3.amazonaws.com")
        add_behavior("/open/*", TargetOriginId="second", TrustedSigners=NOBODY)(config)

    account.edit(change)
    account.converge(signed())
    live = account.config()
    assert behavior_of(live, "/open/*")["TrustedSigners"] == signers("self")
    assert [one["DomainName"] for one in live["Origins"]["Items"]].count("media.s3.amazonaws.com") == 1


def grouped(config: Json) -> None:
    """Create an origin group of the stack's origin and a second one, by hand."""
    second_origin(config, DomainName="spare.s3.us-east-1.amazonaws.com", OriginAccessControlId="")
    failover = {
        "Id": "both",
        "FailoverCriteria": {"StatusCodes": listing(500, 502)},
        "Members": listing({"OriginId": "s3"}, {"OriginId": "second"}),
    }
    config["OriginGroups"] = listing(failover)


def test_an_open_path_through_an_origin_group_with_our_bucket_is_closed(account: SandboxAccount) -> None:
    """A behavior may have an origin group. One member with the bucket is enough."""
    account.bucket("spare")
    account.converge(signed())

    def change(config: Json) -> None:
        grouped(config)
        add_behavior("/open/*", TargetOriginId="both", TrustedSigners=NOBODY)(config)

    account.edit(change)
    account.converge(signed())
    assert behavior_of(account.config(), "/open/*")["TrustedSigners"] == signers("self")


def test_a_default_behavior_with_an_origin_group_uses_its_first_origin(account: SandboxAccount) -> None:
    """The spec sets the identity of the primary origin. The group stays."""
    account.bucket("spare")
    account.converge(signed())

    def change(config: Json) -> None:
        grouped(config)
        config["DefaultCacheBehavior"]["TargetOriginId"] = "both"

    account.edit(change)
    assert steps(account.plan(signed())) == []
    account.converge(signed(oai={}))
    live = account.config()
    identities = {
        one["Id"]: one["S3OriginConfig"]["OriginAccessIdentity"] for one in live["Origins"]["Items"]
    }
    (identity,) = account.identities()
    assert identities == {"s3": f"origin-access-identity/cloudfront/{identity}", "second": ""}
    assert live["DefaultCacheBehavior"]["TargetOriginId"] == "both"


def test_behaviors_of_other_origins_do_not_change(account: SandboxAccount) -> None:
    """An open path with another origin does not change."""
    account.converge(signed())

    def change(config: Json) -> None:
        second_origin(config, DomainName="elsewhere.s3.us-east-1.amazonaws.com")
        add_behavior("/elsewhere/*", TargetOriginId="second", TrustedSigners=NOBODY)(config)

    account.bucket("elsewhere")
    account.edit(change)
    assert steps(account.plan(signed())) == []


def test_a_behavior_may_have_signers_of_its_own(account: SandboxAccount) -> None:
    """If the spec names them, they stay there. Those of the default do not change."""
    document = http(http={"behaviors": [{"path": "/clips/*", "key_groups": [group(key(ONE), name="clips")]}]})
    account.converge(document)
    groups = account.groups()
    live = account.config()
    assert behavior_of(live, "")["TrustedKeyGroups"] == signers(groups["viewers"]["Id"])
    assert behavior_of(live, "/clips/*")["TrustedKeyGroups"] == signers(groups["clips"]["Id"])
    account.edit(
        lambda config: behavior_of(config, "/clips/*").update(
            TrustedKeyGroups=signers(groups["viewers"]["Id"])
        )
    )
    field = "http.behaviors[/clips/*].key_groups"
    assert changes(account.stack(document)) == {field: (["viewers"], ["clips"])}


def test_a_named_behavior_without_signers_has_those_of_the_default(account: SandboxAccount) -> None:
    """It sets other fields of the path, but not its signers."""
    document = named({"path": "*.m3u8", "cache_policy": "CachingDisabled"})
    account.converge(document)
    assert behavior_of(account.config(), "*.m3u8")["TrustedSigners"] == signers("self")
    account.edit(lambda config: behavior_of(config, "*.m3u8").update(TrustedSigners=NOBODY))
    assert changes(account.stack(document)) == {"http.behaviors[*.m3u8].trusted_signers": ([], ["self"])}


def test_signers_are_removed_from_a_path_only_if_the_spec_makes_it_public(account: SandboxAccount) -> None:
    """Opening an existing path is a hazard, and nothing is written until it is allowed."""
    account.converge(named({"path": "/posters/*"}))
    opened = named({"path": "/posters/*", "public": True})
    plan = account.stack(opened)
    assert changes(plan, "http.behaviors[/posters/*].public") == {
        "http.behaviors[/posters/*].public": (False, True)
    }
    assert hazards(plan) == ["makes-public"]
    assert account.apply(opened).exit_code == 5
    assert behavior_of(account.config(), "/posters/*")["TrustedSigners"] == signers("self")
    account.converge(opened, allow=["makes-public"])
    assert behavior_of(account.config(), "/posters/*")["TrustedSigners"] == NOBODY
    assert behavior_of(account.config(), "")["TrustedSigners"] == signers("self")


def test_a_new_public_path_on_a_private_stack_is_a_hazard(account: SandboxAccount) -> None:
    """Only signers could read its paths until now."""
    account.converge(signed())
    opened = named({"path": "/posters/*", "public": True})
    assert hazards(account.stack(opened)) == ["makes-public"]
    assert outcome(account.apply(opened)) == "blocked"
    assert paths(account.config()) == []


def test_where_the_default_is_public_signers_of_other_paths_stay(account: SandboxAccount) -> None:
    """Only `public: true` at the path removes them, whether it is named or not."""
    account.converge(named({"path": "/paid/*", "trusted_signers": ["self"]}, trusted_signers=["self"]))
    account.edit(add_behavior("/by-hand/*"))
    public = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    document = {**public, "http": {"behaviors": [{"path": "/paid/*"}]}}
    account.converge(document, allow=["makes-public"])
    live = account.config()
    assert behavior_of(live, "")["TrustedSigners"] == NOBODY
    assert behavior_of(live, "/paid/*")["TrustedSigners"] == signers("self")
    assert behavior_of(live, "/by-hand/*")["TrustedSigners"] == signers("self")


def test_a_removed_path_is_closed_and_not_deleted(account: SandboxAccount) -> None:
    """A public path that is removed from the spec is no longer public."""
    account.converge(named({"path": "/posters/*", "public": True}), allow=["makes-public"])
    plan = account.converge(signed()).stacks[0]
    assert changes(plan) == {"http.behaviors[/posters/*].trusted_signers": ([], ["self"])}
    live = account.config()
    assert paths(live) == ["/posters/*"]
    assert behavior_of(live, "/posters/*")["TrustedSigners"] == signers("self")


ORDERS: list[tuple[list[str], list[str], list[str]]] = [
    (["/a/*", "/b/*"], ["/b/*", "/a/*"], ["/b/*", "/a/*"]),
    (["/x/*", "/b/*", "/y/*", "/a/*"], ["/a/*", "/b/*"], ["/x/*", "/a/*", "/y/*", "/b/*"]),
    (["/x/*", "/b/*"], ["/new/*", "/b/*"], ["/x/*", "/new/*", "/b/*"]),
    (["/x/*"], ["/new/*"], ["/new/*", "/x/*"]),
    (["/x/*", "/c/*", "/a/*"], ["/a/*", "/new/*", "/c/*"], ["/x/*", "/a/*", "/new/*", "/c/*"]),
    (["/x/*"], ["/one/*", "/two/*"], ["/one/*", "/two/*", "/x/*"]),
    ([], ["/one/*", "/two/*", "/three/*"], ["/one/*", "/two/*", "/three/*"]),
]
"""Live paths, the spec's, and what becomes of them."""


@pytest.mark.parametrize(("live", "spec", "becomes"), ORDERS, ids=lambda value: "".join(value) or "none")
def test_named_behaviors_get_the_specs_order_and_all_others_keep_their_place(
    account: SandboxAccount, live: list[str], spec: list[str], becomes: list[str]
) -> None:
    """A new one goes before the next named live one, or else first."""
    account.converge(signed())

    def change(config: Json) -> None:
        for path in live:
            add_behavior(path)(config)

    account.edit(change)
    account.converge(named(*({"path": path} for path in spec)))
    assert paths(account.config()) == becomes


def test_only_the_relative_order_of_named_behaviors_is_compared(account: SandboxAccount) -> None:
    """An unnamed one before, between or after them does not matter."""
    account.converge(named({"path": "/a/*"}, {"path": "/b/*"}))
    account.edit(add_behavior("/x/*", first=True))
    account.edit(add_behavior("/y/*"))
    assert steps(account.plan(named({"path": "/a/*"}, {"path": "/b/*"}))) == []


def test_protocol_and_policy_are_for_the_default_behavior(account: SandboxAccount) -> None:
    """Settings of another path survive a change of the default's."""
    account.converge(signed())
    account.edit(add_behavior("/old/*", ViewerProtocolPolicy="allow-all", Compress=False))
    account.converge(signed(http={"viewer_protocol": "https-only", "cache_policy": "CachingDisabled"}))
    old = behavior_of(account.config(), "/old/*")
    assert (old["ViewerProtocolPolicy"], old["Compress"]) == ("allow-all", False)
    assert old["CachePolicyId"] != behavior_of(account.config(), "")["CachePolicyId"]


def test_the_origin_is_kept_as_it_is_spelled_while_it_names_the_bucket(account: SandboxAccount) -> None:
    """The global name is also the bucket's, so it never changes."""
    account.converge(signed())
    account.edit(lambda config: config["Origins"]["Items"][0].update(DomainName="media.s3.amazonaws.com"))
    assert steps(account.plan(signed())) == []
    account.converge(signed(comment="other"))
    assert account.config()["Origins"]["Items"][0]["DomainName"] == "media.s3.amazonaws.com"


def test_minimum_tls_has_no_effect_without_a_certificate(account: SandboxAccount) -> None:
    """AWS sets it to TLSv1 then, so no change is ever shown."""
    account.converge(signed(http={"minimum_tls": "TLSv1.2_2021"}))
    assert steps(account.plan(signed(http={"minimum_tls": "TLSv1.2_2025"}))) == []
