"""`http.cors`: the stack's own policy is created, repaired and deleted, and no headers of others are lost."""

from typing import Any

import pytest

from tests.promises.site import (
    PAGE,
    SECURITY,
    SIMPLE_CORS,
    cors_of,
    edit_policy,
    make_policy,
    members,
    policies,
    read_by,
)
from tests.promises.studio import (
    Json,
    Studio,
    add_behavior,
    behavior,
    changes,
    listing,
    outcome,
    problems,
    signed,
    steps,
)
from tests.promises.witness import Witness
from tests.worlds import landed_unanswered

OURS = "cfstream-lectures"
FALSE = signed(http={"cors": False})


def attached(studio: Studio, path: str = "") -> str:
    """Return the id of the policy on a behavior."""
    return str(behavior(studio.config(), path).get("ResponseHeadersPolicyId") or "")


def attach(policy: str) -> Any:
    """Return an edit that attaches this policy to the default behavior."""
    return lambda config: config["DefaultCacheBehavior"].update(ResponseHeadersPolicyId=policy)


@pytest.mark.parametrize("credentials", [True, False])
def test_a_policy_says_what_players_need(studio: Studio, credentials: bool) -> None:
    """It has the origins of the spec, methods for reading, ranges, and no wildcard with credentials."""
    studio.converge(
        signed(http={"cors": {"origins": [PAGE, "https://app.example.com"], "credentials": credentials}})
    )
    cors = policies(studio)[OURS]["CorsConfig"]
    assert sorted(cors["AccessControlAllowOrigins"]["Items"]) == ["https://app.example.com", PAGE]
    assert cors["AccessControlAllowCredentials"] is credentials
    assert {*cors["AccessControlAllowMethods"]["Items"]} == {"GET", "HEAD", "OPTIONS"}
    assert {"Range"} <= {*cors["AccessControlAllowHeaders"]["Items"]}
    assert {"Content-Length", "Content-Range"} <= {*cors["AccessControlExposeHeaders"]["Items"]}
    assert cors["OriginOverride"] is True
    assert "OPTIONS" in behavior(studio.config(), "")["AllowedMethods"]["Items"]


def test_other_origins_change_the_policy_alone_and_are_waited_for(studio: Studio) -> None:
    """CloudFront deploys the distribution that uses it, though its config does not change."""
    studio.converge(read_by(PAGE))
    studio.sandbox.cloudfront.settings.deploy_after_reads = 4
    other = read_by("https://app.example.com")
    plan = studio.plan(other).stacks[0]
    assert steps(plan) == [
        f"modify response-headers-policy:{plan.name}",
        f"wait response-headers-policy:{plan.name}",
    ]
    assert changes(plan) == {"http.cors.origins": ([PAGE], ["https://app.example.com"])}
    studio.converge(other)
    assert studio.live()["Status"] == "Deployed"


def test_policy_and_distribution_may_change_in_one_plan(studio: Studio) -> None:
    """The policy's update gives the distribution a new ETag, which its own update uses."""
    studio.converge(read_by(PAGE))
    document = {**read_by("https://app.example.com"), "comment": "new"}
    studio.converge(document)
    assert studio.config()["Comment"] == "new"


def test_what_others_added_to_it_survives(studio: Studio) -> None:
    """Additional headers and methods, and other types of headers, are not drift, and an update keeps them."""
    studio.converge(read_by(PAGE))
    live = policies(studio)[OURS]["CorsConfig"]
    more = [*live["AccessControlAllowHeaders"]["Items"], "X-Ours"]
    edited = {**live, "AccessControlAllowHeaders": listing(*more), "AccessControlMaxAgeSec": 5}
    edit_policy(studio, OURS, CorsConfig=edited, SecurityHeadersConfig=SECURITY)
    assert steps(studio.plan(read_by(PAGE))) == []
    studio.converge(read_by("https://app.example.com"))
    after = policies(studio)[OURS]
    assert after["SecurityHeadersConfig"] == SECURITY
    assert {*after["CorsConfig"]["AccessControlAllowHeaders"]["Items"]} == {*more}
    assert after["CorsConfig"]["AccessControlMaxAgeSec"] == 5


def test_drift_is_mended(studio: Studio) -> None:
    """An added origin is removed, and a missing method that players need is added."""
    studio.converge(read_by(PAGE))
    edit_policy(studio, OURS, CorsConfig=cors_of("*", PAGE))
    studio.converge(read_by(PAGE))
    cors = policies(studio)[OURS]["CorsConfig"]
    assert cors["AccessControlAllowOrigins"]["Items"] == [PAGE]
    assert {"GET", "HEAD", "OPTIONS"} <= {*cors["AccessControlAllowMethods"]["Items"]}


def test_a_policy_from_which_somebody_took_cors_gets_it_back(studio: Studio) -> None:
    """All of it is written, because CloudFront accepts no part of it."""
    studio.converge(read_by(PAGE))
    policy = policies(studio)[OURS]
    reply = studio.cloudfront.get_response_headers_policy_config(Id=policy["Id"])
    config = {**reply["ResponseHeadersPolicyConfig"], "SecurityHeadersConfig": SECURITY}
    del config["CorsConfig"]
    studio.cloudfront.update_response_headers_policy(
        Id=policy["Id"], IfMatch=reply["ETag"], ResponseHeadersPolicyConfig=config
    )
    studio.converge(read_by(PAGE))
    assert policies(studio)[OURS]["CorsConfig"]["AccessControlAllowCredentials"] is False


def test_the_other_headers_of_a_policy_that_ours_replaces_are_kept(studio: Studio) -> None:
    """The stack's policy is created with them, and the plan says so. The former policy stays in the account."""
    studio.converge(signed())
    theirs = make_policy(studio, "security", SecurityHeadersConfig=SECURITY)
    studio.edit(attach(theirs))
    plan = studio.stack(read_by(PAGE))
    (create,) = (step for step in plan.steps if step.address.kind == "response-headers-policy")
    assert create.because == "the policy does not exist; it keeps the other headers of security"
    assert changes(plan)["http.cors"] == ("security", OURS)
    studio.converge(read_by(PAGE))
    assert policies(studio)[OURS]["SecurityHeadersConfig"] == SECURITY
    assert attached(studio) == policies(studio)[OURS]["Id"]
    assert {*policies(studio)} == {OURS, "security"}


@pytest.mark.parametrize(
    ("parts", "comes_off"),
    [({"CorsConfig": cors_of("*")}, True), ({"SecurityHeadersConfig": SECURITY}, False)],
    ids=["CORS", "other headers"],
)
def test_false_takes_cors_off_and_nothing_else(studio: Studio, parts: Json, comes_off: bool) -> None:
    """A policy of others is detached if it only sets CORS, and otherwise stays."""
    studio.converge(signed())
    theirs = make_policy(studio, "theirs", **parts)
    studio.edit(attach(theirs))
    studio.converge(FALSE)
    assert attached(studio) == ("" if comes_off else theirs)
    assert {*policies(studio)} == {"theirs"}


def test_false_takes_a_managed_policy_for_cors_off(studio: Studio) -> None:
    """Policies of AWS are recognised like those of the account."""
    studio.converge(signed())
    studio.edit(attach(SIMPLE_CORS))
    assert changes(studio.stack(FALSE)) == {"http.cors": ("Managed-SimpleCORS", False)}
    studio.converge(FALSE)
    assert attached(studio) == ""


def test_false_over_a_policy_with_other_headers_too_is_a_problem(studio: Studio) -> None:
    """They would be lost, so the user must separate them."""
    studio.converge(signed())
    both = make_policy(studio, "both", CorsConfig=cors_of("*"), SecurityHeadersConfig=SECURITY)
    studio.edit(attach(both))
    assert any("sets CORS and other headers" in what for what in problems(studio.stack(FALSE)))
    assert outcome(studio.apply(FALSE)) == "blocked"
    assert attached(studio) == both


def test_false_takes_ours_off_every_path(studio: Studio) -> None:
    """New behaviors copy the default's policy. It is detached from all of them, and then deleted."""
    studio.converge(read_by(PAGE, behaviors=[{"path": "*.m3u8"}]))
    assert attached(studio, "*.m3u8") == attached(studio) != ""
    studio.converge(signed(http={"cors": False, "behaviors": [{"path": "*.m3u8"}]}))
    assert (attached(studio, "*.m3u8"), attached(studio), policies(studio)) == ("", "", {})


def test_ours_stays_while_somebody_elses_distribution_carries_it(studio: Studio) -> None:
    """The plan names that distribution."""
    studio.converge(read_by(PAGE), signed(name="clips"))
    policy = policies(studio)[OURS]["Id"]
    studio.edit(attach(policy), stack="clips")
    studio.converge(FALSE, signed(name="clips"))
    assert attached(studio) == ""
    assert {*policies(studio)} == {OURS}
    texts = [notice.text for notice in studio.stack(FALSE).notices]
    assert any(OURS in text and studio.id("clips") in text for text in texts)


def test_a_named_path_without_it_is_told(studio: Studio) -> None:
    """`cors` sets only the default behavior. Other attached policies stay."""
    document = read_by(PAGE, behaviors=[{"path": "/clips/*"}])
    studio.converge(signed(http={"behaviors": [{"path": "/clips/*"}]}))
    studio.converge(document)
    assert any("/clips/*" in notice.text for notice in studio.stack(document).notices)
    policy = policies(studio)[OURS]["Id"]
    studio.edit(lambda config: behavior(config, "/clips/*").update(ResponseHeadersPolicyId=policy))
    plan = studio.stack(document)
    assert steps(plan) == []
    assert not any("/clips/*" in notice.text for notice in plan.notices)


def test_preflights_are_let_in(studio: Studio) -> None:
    """If a behavior only allows GET and HEAD, OPTIONS is added with CORS. All seven methods stay."""
    studio.converge(signed())
    cached = listing("GET", "HEAD")
    reading = {**listing("GET", "HEAD"), "CachedMethods": cached}
    studio.edit(lambda config: config["DefaultCacheBehavior"].update(AllowedMethods=reading))
    studio.converge(read_by(PAGE))
    methods = behavior(studio.config(), "")["AllowedMethods"]
    assert sorted(methods["Items"]) == ["GET", "HEAD", "OPTIONS"]
    assert sorted(methods["CachedMethods"]["Items"]) == ["GET", "HEAD"]
    every = listing("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    studio.edit(
        lambda config: config["DefaultCacheBehavior"].update(
            AllowedMethods={**every, "CachedMethods": cached}
        )
    )
    assert steps(studio.plan(read_by(PAGE))) == []


def test_two_of_ours_become_one(studio: Studio) -> None:
    """An owned policy with another name is deleted once nothing uses it."""
    studio.converge(read_by(PAGE))
    make_policy(studio, "older", comment="cfstream:lectures", CorsConfig=cors_of("*"))
    assert len(members(studio.stack(read_by(PAGE)))) == 1
    studio.converge(read_by(PAGE))
    assert {*policies(studio)} == {OURS}


def test_a_lost_reply_leaves_one_policy(studio: Studio) -> None:
    """A policy whose create reply was lost is found by its name."""
    lost: list[Any] = []

    class Losing(Witness):
        def write(self, call: Any) -> Any:
            if call.operation == "create_response_headers_policy" and not lost:
                lost.append(call)
                return landed_unanswered(self.aws, call)
            return super().write(call)

    report = studio.apply(read_by(PAGE), door=Losing(studio.world.aws))
    assert (report.exit_code, len(lost)) == (0, 1)
    assert {*policies(studio)} == {OURS}
    assert steps(studio.plan(read_by(PAGE))) == []


def test_a_path_added_by_hand_is_no_concern_of_cors(studio: Studio) -> None:
    """It gets no policy, and no notice."""
    studio.converge(read_by(PAGE))
    studio.edit(add_behavior("/theirs/*", ResponseHeadersPolicyId=""))
    plan = studio.stack(read_by(PAGE))
    assert steps(plan) == []
    assert not any("/theirs/*" in notice.text for notice in plan.notices)
