"""Signers are owned on every behavior that leads to our bucket; their order counts, and none is ever deleted."""

from typing import Any

import pytest

from tests.promises.studio import (
    ONE,
    Json,
    Studio,
    add_behavior,
    behavior,
    changes,
    group,
    hazards,
    http,
    key,
    listing,
    outcome,
    paths,
    signed,
    signers,
    steps,
)

NOBODY = signers()


def named(*behaviors: Json, **fields: Any) -> Json:
    """A spec with these behaviors, signed by the account."""
    return signed(http={"behaviors": list(behaviors)}, **fields)


def second_origin(config: Json, **fields: Any) -> Json:
    """Adds an origin like the one of our bucket, but for its id and `fields`, by hand."""
    made = {**config["Origins"]["Items"][0], "Id": "second", **fields}
    config["Origins"] = listing(*config["Origins"]["Items"], made)
    return made


def test_a_path_that_nobody_thought_of_is_not_the_open_door(studio: Studio) -> None:
    """A behavior added by hand without signers gets the default's, and the plan shows it."""
    studio.converge(signed())
    studio.edit(add_behavior("/open/*", TrustedSigners=NOBODY))
    plan = studio.stack(signed())
    assert changes(plan) == {"http.behaviors[/open/*].trusted_signers": ([], ["self"])}
    assert hazards(plan) == []
    studio.converge(signed())
    assert behavior(studio.config(), "/open/*")["TrustedSigners"] == signers("self")


def test_other_signers_than_the_defaults_are_shown_as_a_change_and_cut_viewers(studio: Studio) -> None:
    """Whoever signs for that path now cannot any more: a hazard."""
    studio.converge(signed())
    studio.edit(add_behavior("/other/*", TrustedSigners=signers("111122223333")))
    plan = studio.stack(signed())
    assert changes(plan) == {"http.behaviors[/other/*].trusted_signers": (["111122223333"], ["self"])}
    assert hazards(plan) == ["cuts-viewers"]


def test_an_open_path_through_another_origin_of_our_bucket_is_closed(studio: Studio) -> None:
    """Whatever the origin's id, and however it spells the bucket."""
    studio.converge(signed())

    def change(config: Json) -> None:
        second_origin(config, DomainName="media.s3.amazonaws.com")
        add_behavior("/open/*", TargetOriginId="second", TrustedSigners=NOBODY)(config)

    studio.edit(change)
    studio.converge(signed())
    live = studio.config()
    assert behavior(live, "/open/*")["TrustedSigners"] == signers("self")
    assert [one["DomainName"] for one in live["Origins"]["Items"]].count("media.s3.amazonaws.com") == 1


def grouped(config: Json) -> None:
    """An origin group of our origin and a second one, by hand."""
    second_origin(config, DomainName="spare.s3.us-east-1.amazonaws.com", OriginAccessControlId="")
    failover = {
        "Id": "both",
        "FailoverCriteria": {"StatusCodes": listing(500, 502)},
        "Members": listing({"OriginId": "s3"}, {"OriginId": "second"}),
    }
    config["OriginGroups"] = listing(failover)


def test_an_open_path_through_an_origin_group_with_our_bucket_is_closed(studio: Studio) -> None:
    """A behavior may lead to a group of origins: one of ours in it is enough."""
    studio.bucket("spare")
    studio.converge(signed())

    def change(config: Json) -> None:
        grouped(config)
        add_behavior("/open/*", TargetOriginId="both", TrustedSigners=NOBODY)(config)

    studio.edit(change)
    studio.converge(signed())
    assert behavior(studio.config(), "/open/*")["TrustedSigners"] == signers("self")


def test_a_default_behavior_with_an_origin_group_speaks_of_its_first_origin(studio: Studio) -> None:
    """The identity of the spec is that of the origin that is asked first; the group stays."""
    studio.bucket("spare")
    studio.converge(signed())

    def change(config: Json) -> None:
        grouped(config)
        config["DefaultCacheBehavior"]["TargetOriginId"] = "both"

    studio.edit(change)
    assert steps(studio.plan(signed())) == []
    studio.converge(signed(oai={}))
    live = studio.config()
    identities = {
        one["Id"]: one["S3OriginConfig"]["OriginAccessIdentity"] for one in live["Origins"]["Items"]
    }
    (identity,) = studio.identities()
    assert identities == {"s3": f"origin-access-identity/cloudfront/{identity}", "second": ""}
    assert live["DefaultCacheBehavior"]["TargetOriginId"] == "both"


def test_behaviors_of_other_origins_are_nobodys_business(studio: Studio) -> None:
    """An open path that leads elsewhere stays as it is."""
    studio.converge(signed())

    def change(config: Json) -> None:
        second_origin(config, DomainName="elsewhere.s3.us-east-1.amazonaws.com")
        add_behavior("/elsewhere/*", TargetOriginId="second", TrustedSigners=NOBODY)(config)

    studio.bucket("elsewhere")
    studio.edit(change)
    assert steps(studio.plan(signed())) == []


def test_a_behavior_may_have_signers_of_its_own(studio: Studio) -> None:
    """Named in the spec, they are kept there; the default's stay the default's."""
    document = http(http={"behaviors": [{"path": "/clips/*", "key_groups": [group(key(ONE), name="clips")]}]})
    studio.converge(document)
    groups = studio.groups()
    live = studio.config()
    assert behavior(live, "")["TrustedKeyGroups"] == signers(groups["viewers"]["Id"])
    assert behavior(live, "/clips/*")["TrustedKeyGroups"] == signers(groups["clips"]["Id"])
    studio.edit(
        lambda config: behavior(config, "/clips/*").update(TrustedKeyGroups=signers(groups["viewers"]["Id"]))
    )
    field = "http.behaviors[/clips/*].key_groups"
    assert changes(studio.stack(document)) == {field: (["viewers"], ["clips"])}


def test_a_named_behavior_without_a_word_on_signers_has_the_defaults(studio: Studio) -> None:
    """It says something of the path, and nothing of who may sign."""
    document = named({"path": "*.m3u8", "cache_policy": "CachingDisabled"})
    studio.converge(document)
    assert behavior(studio.config(), "*.m3u8")["TrustedSigners"] == signers("self")
    studio.edit(lambda config: behavior(config, "*.m3u8").update(TrustedSigners=NOBODY))
    assert changes(studio.stack(document)) == {"http.behaviors[*.m3u8].trusted_signers": ([], ["self"])}


def test_signers_come_off_a_path_only_where_the_spec_names_it_public(studio: Studio) -> None:
    """Opening a path that exists is a hazard, and nothing is written before it is allowed."""
    studio.converge(named({"path": "/posters/*"}))
    opened = named({"path": "/posters/*", "public": True})
    plan = studio.stack(opened)
    assert changes(plan, "http.behaviors[/posters/*].public") == {
        "http.behaviors[/posters/*].public": (False, True)
    }
    assert hazards(plan) == ["makes-public"]
    assert studio.apply(opened).exit_code == 5
    assert behavior(studio.config(), "/posters/*")["TrustedSigners"] == signers("self")
    studio.converge(opened, allow=["makes-public"])
    assert behavior(studio.config(), "/posters/*")["TrustedSigners"] == NOBODY
    assert behavior(studio.config(), "")["TrustedSigners"] == signers("self")


def test_a_new_public_path_on_a_private_stack_is_a_hazard(studio: Studio) -> None:
    """What matches it could be read by the signed alone until now."""
    studio.converge(signed())
    opened = named({"path": "/posters/*", "public": True})
    assert hazards(studio.stack(opened)) == ["makes-public"]
    assert outcome(studio.apply(opened)) == "blocked"
    assert paths(studio.config()) == []


def test_where_the_default_is_public_signers_of_other_paths_stay(studio: Studio) -> None:
    """Named or not: only `public: true` at the path takes them off."""
    studio.converge(named({"path": "/paid/*", "trusted_signers": ["self"]}, trusted_signers=["self"]))
    studio.edit(add_behavior("/by-hand/*"))
    public = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    document = {**public, "http": {"behaviors": [{"path": "/paid/*"}]}}
    studio.converge(document, allow=["makes-public"])
    live = studio.config()
    assert behavior(live, "")["TrustedSigners"] == NOBODY
    assert behavior(live, "/paid/*")["TrustedSigners"] == signers("self")
    assert behavior(live, "/by-hand/*")["TrustedSigners"] == signers("self")


def test_a_name_taken_out_closes_the_path_and_deletes_nothing(studio: Studio) -> None:
    """A public path whose name goes is no longer public."""
    studio.converge(named({"path": "/posters/*", "public": True}), allow=["makes-public"])
    plan = studio.converge(signed()).stacks[0]
    assert changes(plan) == {"http.behaviors[/posters/*].trusted_signers": ([], ["self"])}
    live = studio.config()
    assert paths(live) == ["/posters/*"]
    assert behavior(live, "/posters/*")["TrustedSigners"] == signers("self")


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
    studio: Studio, live: list[str], spec: list[str], becomes: list[str]
) -> None:
    """A new one goes before the next named live one, else first."""
    studio.converge(signed())

    def change(config: Json) -> None:
        for path in live:
            add_behavior(path)(config)

    studio.edit(change)
    studio.converge(named(*({"path": path} for path in spec)))
    assert paths(studio.config()) == becomes


def test_only_the_relative_order_of_named_behaviors_is_compared(studio: Studio) -> None:
    """An unnamed one before, between or behind them is no reason to do anything."""
    studio.converge(named({"path": "/a/*"}, {"path": "/b/*"}))
    studio.edit(add_behavior("/x/*", first=True))
    studio.edit(add_behavior("/y/*"))
    assert steps(studio.plan(named({"path": "/a/*"}, {"path": "/b/*"}))) == []


def test_protocol_and_policy_speak_of_the_default_behavior_alone(studio: Studio) -> None:
    """What somebody chose for another path survives a change of the default's."""
    studio.converge(signed())
    studio.edit(add_behavior("/old/*", ViewerProtocolPolicy="allow-all", Compress=False))
    studio.converge(signed(http={"viewer_protocol": "https-only", "cache_policy": "CachingDisabled"}))
    old = behavior(studio.config(), "/old/*")
    assert (old["ViewerProtocolPolicy"], old["Compress"]) == ("allow-all", False)
    assert old["CachePolicyId"] != behavior(studio.config(), "")["CachePolicyId"]


def test_the_origin_is_kept_as_it_is_spelled_while_it_names_the_bucket(studio: Studio) -> None:
    """The global name is the bucket's too: no change, and none in an update of something else."""
    studio.converge(signed())
    studio.edit(lambda config: config["Origins"]["Items"][0].update(DomainName="media.s3.amazonaws.com"))
    assert steps(studio.plan(signed())) == []
    studio.converge(signed(comment="other"))
    assert studio.config()["Origins"]["Items"][0]["DomainName"] == "media.s3.amazonaws.com"


def test_minimum_tls_has_no_effect_without_a_certificate(studio: Studio) -> None:
    """AWS fixes it to TLSv1 there: no change is ever shown."""
    studio.converge(signed(http={"minimum_tls": "TLSv1.2_2021"}))
    assert steps(studio.plan(signed(http={"minimum_tls": "TLSv1.2_2025"}))) == []
