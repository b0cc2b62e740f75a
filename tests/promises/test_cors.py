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
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, behavior_of, listing
from tests.world.faults import landed_unanswered
from tests.world.plans import changes, outcome, problems, steps
from tests.world.ports import Witness
from tests.world.specs import Json, signed

OURS = "cfstream-lectures"
FALSE = signed(http={"cors": False})


def attached(account: SandboxAccount, path: str = "") -> str:
    """Return the id of the policy on a behavior."""
    return str(behavior_of(account.config(), path).get("ResponseHeadersPolicyId") or "")


def attach(policy: str) -> Any:
    """Return an edit that attaches this policy to the default behavior."""
    return lambda config: config["DefaultCacheBehavior"].update(ResponseHeadersPolicyId=policy)


@pytest.mark.parametrize("credentials", [True, False])
def test_a_policy_allows_what_players_need(account: SandboxAccount, credentials: bool) -> None:
    """It has the origins of the spec, methods for reading, ranges, and no wildcard with credentials."""
    account.converge(
        signed(http={"cors": {"origins": [PAGE, "https://app.example.com"], "credentials": credentials}})
    )
    cors = policies(account)[OURS]["CorsConfig"]
    assert sorted(cors["AccessControlAllowOrigins"]["Items"]) == ["https://app.example.com", PAGE]
    assert cors["AccessControlAllowCredentials"] is credentials
    assert {*cors["AccessControlAllowMethods"]["Items"]} == {"GET", "HEAD", "OPTIONS"}
    assert {"Range"} <= {*cors["AccessControlAllowHeaders"]["Items"]}
    assert {"Content-Length", "Content-Range"} <= {*cors["AccessControlExposeHeaders"]["Items"]}
    assert cors["OriginOverride"] is True
    assert "OPTIONS" in behavior_of(account.config(), "")["AllowedMethods"]["Items"]


def test_other_origins_change_the_policy_alone_and_are_waited_for(account: SandboxAccount) -> None:
    """CloudFront deploys the distribution that uses it, though its config does not change."""
    account.converge(read_by(PAGE))
    account.sandbox.cloudfront.settings.deploy_after_reads = 4
    other = read_by("https://app.example.com")
    plan = account.plan(other).stacks[0]
    assert steps(plan) == [
        f"modify response-headers-policy:{plan.name}",
        f"wait response-headers-policy:{plan.name}",
    ]
    assert changes(plan) == {"http.cors.origins": ([PAGE], ["https://app.example.com"])}
    account.converge(other)
    assert account.live()["Status"] == "Deployed"


def test_policy_and_distribution_may_change_in_one_plan(account: SandboxAccount) -> None:
    """The policy's update gives the distribution a new ETag, which its own update uses."""
    account.converge(read_by(PAGE))
    document = {**read_by("https://app.example.com"), "comment": "new"}
    account.converge(document)
    assert account.config()["Comment"] == "new"


def test_headers_that_others_added_survive(account: SandboxAccount) -> None:
    """Additional headers and methods, and other types of headers, are not drift, and an update keeps them."""
    account.converge(read_by(PAGE))
    live = policies(account)[OURS]["CorsConfig"]
    more = [*live["AccessControlAllowHeaders"]["Items"], "X-Ours"]
    edited = {**live, "AccessControlAllowHeaders": listing(*more), "AccessControlMaxAgeSec": 5}
    edit_policy(account, OURS, CorsConfig=edited, SecurityHeadersConfig=SECURITY)
    assert steps(account.plan(read_by(PAGE))) == []
    account.converge(read_by("https://app.example.com"))
    after = policies(account)[OURS]
    assert after["SecurityHeadersConfig"] == SECURITY
    assert {*after["CorsConfig"]["AccessControlAllowHeaders"]["Items"]} == {*more}
    assert after["CorsConfig"]["AccessControlMaxAgeSec"] == 5


def test_drift_is_repaired(account: SandboxAccount) -> None:
    """An added origin is removed, and a missing method that players need is added."""
    account.converge(read_by(PAGE))
    edit_policy(account, OURS, CorsConfig=cors_of("*", PAGE))
    account.converge(read_by(PAGE))
    cors = policies(account)[OURS]["CorsConfig"]
    assert cors["AccessControlAllowOrigins"]["Items"] == [PAGE]
    assert {"GET", "HEAD", "OPTIONS"} <= {*cors["AccessControlAllowMethods"]["Items"]}


def test_a_policy_that_lost_its_cors_is_repaired(account: SandboxAccount) -> None:
    """All of it is written, because CloudFront accepts no part of it."""
    account.converge(read_by(PAGE))
    policy = policies(account)[OURS]
    reply = account.cloudfront.get_response_headers_policy_config(Id=policy["Id"])
    config = {**reply["ResponseHeadersPolicyConfig"], "SecurityHeadersConfig": SECURITY}
    del config["CorsConfig"]
    account.cloudfront.update_response_headers_policy(
        Id=policy["Id"], IfMatch=reply["ETag"], ResponseHeadersPolicyConfig=config
    )
    account.converge(read_by(PAGE))
    assert policies(account)[OURS]["CorsConfig"]["AccessControlAllowCredentials"] is False


def test_the_other_headers_of_a_policy_that_ours_replaces_are_kept(account: SandboxAccount) -> None:
    """The stack's policy is created with them, and the plan says so. The former policy stays in the account."""
    account.converge(signed())
    theirs = make_policy(account, "security", SecurityHeadersConfig=SECURITY)
    account.edit(attach(theirs))
    plan = account.stack(read_by(PAGE))
    (create,) = (step for step in plan.steps if step.address.kind == "response-headers-policy")
    assert (
        create.because
        == "allow pages of other origins to read the media; it keeps the other headers of security"
    )
    assert changes(plan)["http.cors"] == ("security", OURS)
    account.converge(read_by(PAGE))
    assert policies(account)[OURS]["SecurityHeadersConfig"] == SECURITY
    assert attached(account) == policies(account)[OURS]["Id"]
    assert {*policies(account)} == {OURS, "security"}


@pytest.mark.parametrize(
    ("parts", "comes_off"),
    [({"CorsConfig": cors_of("*")}, True), ({"SecurityHeadersConfig": SECURITY}, False)],
    ids=["CORS", "other headers"],
)
def test_false_removes_cors_and_nothing_else(account: SandboxAccount, parts: Json, comes_off: bool) -> None:
    """A policy of others is detached if it only sets CORS, and otherwise stays."""
    account.converge(signed())
    theirs = make_policy(account, "theirs", **parts)
    account.edit(attach(theirs))
    account.converge(FALSE)
    assert attached(account) == ("" if comes_off else theirs)
    assert {*policies(account)} == {"theirs"}


def test_false_detaches_a_managed_policy_for_cors(account: SandboxAccount) -> None:
    """Policies of AWS are recognised like those of the account."""
    account.converge(signed())
    account.edit(attach(SIMPLE_CORS))
    assert changes(account.stack(FALSE)) == {"http.cors": ("Managed-SimpleCORS", False)}
    account.converge(FALSE)
    assert attached(account) == ""


def test_false_over_a_policy_with_other_headers_too_is_a_problem(account: SandboxAccount) -> None:
    """They would be lost, so the user must separate them."""
    account.converge(signed())
    both = make_policy(account, "both", CorsConfig=cors_of("*"), SecurityHeadersConfig=SECURITY)
    account.edit(attach(both))
    assert any("sets CORS and other headers" in what for what in problems(account.stack(FALSE)))
    assert outcome(account.apply(FALSE)) == "blocked"
    assert attached(account) == both


def test_false_detaches_the_owned_policy_from_every_path(account: SandboxAccount) -> None:
    """New behaviors copy the default's policy. It is detached from all of them, and then deleted."""
    account.converge(read_by(PAGE, behaviors=[{"path": "*.m3u8"}]))
    assert attached(account, "*.m3u8") == attached(account) != ""
    account.converge(signed(http={"cors": False, "behaviors": [{"path": "*.m3u8"}]}))
    assert (attached(account, "*.m3u8"), attached(account), policies(account)) == ("", "", {})


def test_the_owned_policy_stays_while_another_distribution_uses_it(account: SandboxAccount) -> None:
    """The plan names that distribution."""
    account.converge(read_by(PAGE), signed(name="clips"))
    policy = policies(account)[OURS]["Id"]
    account.edit(attach(policy), stack="clips")
    account.converge(FALSE, signed(name="clips"))
    assert attached(account) == ""
    assert {*policies(account)} == {OURS}
    texts = [notice.text for notice in account.stack(FALSE).notices]
    assert any(OURS in text and account.id("clips") in text for text in texts)


def test_a_named_path_without_it_is_reported(account: SandboxAccount) -> None:
    """`cors` sets only the default behavior. Other attached policies stay."""
    document = read_by(PAGE, behaviors=[{"path": "/clips/*"}])
    account.converge(signed(http={"behaviors": [{"path": "/clips/*"}]}))
    account.converge(document)
    assert any("/clips/*" in notice.text for notice in account.stack(document).notices)
    policy = policies(account)[OURS]["Id"]
    account.edit(lambda config: behavior_of(config, "/clips/*").update(ResponseHeadersPolicyId=policy))
    plan = account.stack(document)
    assert steps(plan) == []
    assert not any("/clips/*" in notice.text for notice in plan.notices)


def test_preflights_are_allowed(account: SandboxAccount) -> None:
    """If a behavior only allows GET and HEAD, OPTIONS is added with CORS. All seven methods stay."""
    account.converge(signed())
    cached = listing("GET", "HEAD")
    reading = {**listing("GET", "HEAD"), "CachedMethods": cached}
    account.edit(lambda config: config["DefaultCacheBehavior"].update(AllowedMethods=reading))
    account.converge(read_by(PAGE))
    methods = behavior_of(account.config(), "")["AllowedMethods"]
    assert sorted(methods["Items"]) == ["GET", "HEAD", "OPTIONS"]
    assert sorted(methods["CachedMethods"]["Items"]) == ["GET", "HEAD"]
    every = listing("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE")
    account.edit(
        lambda config: config["DefaultCacheBehavior"].update(
            AllowedMethods={**every, "CachedMethods": cached}
        )
    )
    assert steps(account.plan(read_by(PAGE))) == []


def test_of_two_owned_policies_one_is_deleted(account: SandboxAccount) -> None:
    """An owned policy with another name is deleted once nothing uses it."""
    account.converge(read_by(PAGE))
    make_policy(account, "older", comment="cfstream:lectures", CorsConfig=cors_of("*"))
    assert len(members(account.stack(read_by(PAGE)))) == 1
    account.converge(read_by(PAGE))
    assert {*policies(account)} == {OURS}


def test_a_lost_reply_leaves_one_policy(account: SandboxAccount) -> None:
    """A policy whose create reply was lost is found by its name."""
    lost: list[Any] = []

    class Losing(Witness):
        def write(self, call: Any) -> Any:
            if call.operation == "create_response_headers_policy" and not lost:
                lost.append(call)
                return landed_unanswered(self.aws, call)
            return super().write(call)

    report = account.apply(read_by(PAGE), port=Losing(account.world.aws))
    assert (report.exit_code, len(lost)) == (0, 1)
    assert {*policies(account)} == {OURS}
    assert steps(account.plan(read_by(PAGE))) == []


def test_cors_ignores_a_path_that_was_added_by_hand(account: SandboxAccount) -> None:
    """It gets no policy, and no notice about `cors`: the plan only lists it as a behavior that stays."""
    account.converge(read_by(PAGE))
    account.edit(add_behavior("/theirs/*", ResponseHeadersPolicyId=""))
    plan = account.stack(read_by(PAGE))
    assert steps(plan) == []
    (notice,) = (each.text for each in plan.notices if "/theirs/*" in each.text)
    assert "cors" not in notice
