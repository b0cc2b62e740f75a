"""An adopted distribution belongs to the stack, and keeps everything that the spec does not set."""

from cfstream.values import Verb
from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import behavior_of, set_to, signers
from tests.world.plans import changes, outcome, problems, steps
from tests.world.specs import signed


def test_an_adopted_distribution_is_out_of_sync_by_its_settings_alone(account: SandboxAccount) -> None:
    """The tag is written with the first other change."""
    foreign = by_hand(account)
    document = signed(adopt=foreign["Id"], origin_access="none")
    assert steps(account.plan(document)) == []
    assert account.tags(foreign["ARN"]) == {}
    account.converge({**document, "comment": "adopted"})
    assert account.tags(foreign["ARN"]) == {"cfstream:name": "lectures"}
    assert len(account.distributions()) == 1


def test_the_first_change_of_an_adopted_distribution_is_shown_as_its_adoption(
    account: SandboxAccount,
) -> None:
    """One step updates the settings and adds the name. Later changes are a modify."""
    foreign = by_hand(account)
    document = signed(adopt=foreign["Id"], origin_access="none", comment="adopted", tags={"team": "media"})
    plan = account.plan(document)
    assert steps(plan) == ["adopt distribution:lectures", "wait distribution:lectures"]
    assert (plan.summary[Verb.ADOPT], plan.summary[Verb.MODIFY]) == (1, 0)
    assert changes(plan.stacks[0], "tags.") == {
        "tags.cfstream:name": (None, "lectures"),
        "tags.team": (None, "media"),
    }
    account.converge(document)
    assert account.config()["Comment"] == "adopted"
    assert account.tags(foreign["ARN"]) == {"cfstream:name": "lectures", "team": "media"}
    later = {**document, "comment": "later", "tags": {"team": "archive"}}
    assert steps(account.plan(later)) == ["modify distribution:lectures", "wait distribution:lectures"]
    account.converge(later)
    assert account.config()["Comment"] == "later"
    assert account.tags(foreign["ARN"]) == {"cfstream:name": "lectures", "team": "archive"}


def test_a_tag_of_the_spec_is_enough_to_adopt_a_distribution(account: SandboxAccount) -> None:
    """If only tags differ, one call writes the tag and the name, and nothing is deployed."""
    foreign = by_hand(account)
    document = signed(adopt=foreign["Id"], origin_access="none", tags={"team": "media"})
    assert steps(account.plan(document)) == ["adopt distribution:lectures"]
    account.converge(document)
    assert account.tags(foreign["ARN"]) == {"cfstream:name": "lectures", "team": "media"}


def test_tags_stay_when_the_update_is_refused(account: SandboxAccount) -> None:
    """A distribution that changed since the plan does not get the name either."""
    foreign = by_hand(account)
    plan = account.plan(signed(adopt=foreign["Id"], origin_access="none", comment="adopted"))
    account.edit(set_to(Comment="changed meanwhile"), id_=foreign["Id"])
    assert outcome(account.run(plan)) == "stale"
    assert account.tags(foreign["ARN"]) == {}


def test_an_adopted_distribution_keeps_unmanaged_settings(account: SandboxAccount) -> None:
    """Custom errors, restrictions, headers, function associations, other origins and tags do not change."""
    errors = {
        "Quantity": 1,
        "Items": [
            {
                "ErrorCode": 404,
                "ResponsePagePath": "/404.html",
                "ResponseCode": "404",
                "ErrorCachingMinTTL": 5,
            }
        ],
    }
    headers = {"Quantity": 1, "Items": [{"HeaderName": "x-secret", "HeaderValue": "s3cr3t"}]}
    foreign = by_hand(
        account,
        CustomErrorResponses=errors,
        Restrictions={
            "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 2, "Items": ["SE", "DE"]}
        },
        HttpVersion="http2and3",
    )
    account.cloudfront.tag_resource(Resource=foreign["ARN"], Tags={"Items": [{"Key": "cost", "Value": "42"}]})
    account.edit(
        lambda config: config["Origins"]["Items"][0].update(CustomHeaders=headers), id_=foreign["Id"]
    )
    account.converge(signed(adopt=foreign["Id"], comment="adopted"))
    live = account.config()
    assert live["CustomErrorResponses"] == errors
    assert sorted(live["Restrictions"]["GeoRestriction"]["Items"]) == ["DE", "SE"]
    assert live["HttpVersion"] == "http2and3"
    assert live["Origins"]["Items"][0]["CustomHeaders"] == headers
    assert live["Origins"]["Items"][0]["Id"] == "console"
    assert live["CallerReference"] == "by-hand"
    assert account.tags(foreign["ARN"]) == {"cfstream:name": "lectures", "cost": "42"}


def test_another_stacks_distribution_cannot_be_adopted(account: SandboxAccount) -> None:
    """The problem names the stack that owns it."""
    account.converge(signed(name="clips"))
    clips = account.id("clips")
    before = account.live("clips")["DistributionConfig"]["Comment"]
    plan = account.stack(signed(adopt=clips, comment="mine"))
    assert "belongs to the stack clips" in problems(plan)[0]
    assert outcome(account.apply(signed(adopt=clips, comment="mine"))) == "blocked"
    assert account.live("clips")["DistributionConfig"]["Comment"] == before


def test_an_adopted_distribution_that_does_not_exist_is_a_problem(account: SandboxAccount) -> None:
    """Nothing is created instead."""
    plan = account.stack(signed(adopt="E0000000000000"))
    assert "the distribution E0000000000000 does not exist" in problems(plan)[0]
    account.apply(signed(adopt="E0000000000000"))
    assert account.distributions() == []


def test_foreign_fields_survive_every_change(account: SandboxAccount) -> None:
    """Settings of others that the spec does not own are still there after an update."""
    account.converge(signed())
    account.edit(
        set_to(
            HttpVersion="http3",
            CustomErrorResponses={
                "Quantity": 1,
                "Items": [
                    {"ErrorCode": 403, "ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 1}
                ],
            },
        )
    )
    account.converge(signed(comment="changed", price_class="PriceClass_100"))
    live = account.config()
    assert live["HttpVersion"] == "http3"
    assert live["CustomErrorResponses"]["Items"][0]["ErrorCachingMinTTL"] == 1


FORWARDED = {
    "QueryString": False,
    "Cookies": {"Forward": "none"},
    "Headers": {"Quantity": 1, "Items": ["Origin"]},
    "QueryStringCacheKeys": {"Quantity": 0},
}


def test_an_old_distribution_keeps_its_old_cache_settings_until_a_policy_is_asked_for(
    account: SandboxAccount,
) -> None:
    """ForwardedValues and its TTLs exclude a cache policy, so they are removed only if the spec names one."""
    legacy = {
        "TargetOriginId": "console",
        "ViewerProtocolPolicy": "redirect-to-https",
        "ForwardedValues": FORWARDED,
        "MinTTL": 0,
        "DefaultTTL": 60,
        "MaxTTL": 600,
        "TrustedSigners": signers("self"),
    }
    foreign = by_hand(account, DefaultCacheBehavior=legacy)
    document = signed(adopt=foreign["Id"], http={"behaviors": [{"path": "/a/*"}]})
    account.converge(document)
    for path in ("", "/a/*"):
        assert behavior_of(account.config(), path)["ForwardedValues"] == FORWARDED
        assert behavior_of(account.config(), path)["DefaultTTL"] == 60
    section = {"cache_policy": "CachingDisabled", "behaviors": [{"path": "/a/*"}]}
    account.converge({**document, "http": section})
    assert "ForwardedValues" not in behavior_of(account.config(), "")
    assert behavior_of(account.config(), "/a/*")["ForwardedValues"] == FORWARDED
