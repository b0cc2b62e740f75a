"""A pattern with a leading slash and the same one without it are one pattern, wherever paths are compared."""

import pytest

from cfstream.adoption.account import Account
from cfstream.adoption.description import describe
from cfstream.comparing import compare
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, behavior_of, listing, paths, signers
from tests.world.distributions import shown
from tests.world.plans import changes, hazards, steps
from tests.world.specs import ONE, Json, group, key, signed

NOBODY = signers()
POSTERS, CLIPS = "/posters/*", "/clips/*"
SPELLINGS = [(POSTERS, "posters/*"), ("posters/*", POSTERS)]


def named(*behaviors: Json, **fields: object) -> Json:
    """Return a spec with these behaviors, signed by the account."""
    return signed(http={"behaviors": list(behaviors)}, **fields)


def public(path: str) -> Json:
    """Return a public behavior."""
    return {"path": path, "public": True}


def made(account: SandboxAccount, document: Json) -> None:
    """Apply a spec that may open a path to anyone."""
    account.converge(document, allow=["makes-public", "cuts-viewers"])


@pytest.fixture(params=SPELLINGS, ids=["live with a slash", "live without a slash"])
def spelled(request: pytest.FixtureRequest, account: SandboxAccount) -> tuple[str, str]:
    """Return a live public behavior, and the other spelling of its path."""
    live, other = request.param
    made(account, named(public(live)))
    return live, other


def test_a_plan_in_the_other_spelling_is_empty(account: SandboxAccount, spelled: tuple[str, str]) -> None:
    """Nothing changes, and who can read is the same."""
    live, other = spelled
    plan = account.stack(named(public(other)))
    assert plan.steps == ()
    assert plan.exposure.before == account.stack(named(public(live))).exposure.before
    assert len(plan.exposure.after) == len(plan.exposure.before)


def test_signers_are_set_on_the_behavior_that_matches(
    account: SandboxAccount, spelled: tuple[str, str]
) -> None:
    """No second behavior is added, the live spelling stays, and the plan shows the spec's."""
    live, other = spelled
    document = named({"path": other, "trusted_signers": ["111122223333"]})
    plan = account.stack(document)
    assert changes(plan) == {f"http.behaviors[{other}].trusted_signers": ([], ["111122223333"])}
    made(account, document)
    assert paths(account.config()) == [live]
    assert behavior_of(account.config(), live)["TrustedSigners"] == signers("111122223333")


def test_a_behavior_that_is_named_public_stays_public(
    account: SandboxAccount, spelled: tuple[str, str]
) -> None:
    """It does not count as missing in the spec, which would give it the default's signers."""
    live, other = spelled
    assert behavior_of(account.config(), live)["TrustedSigners"] == NOBODY
    made(account, named(public(other), comment="renamed"))
    assert behavior_of(account.config(), live)["TrustedSigners"] == NOBODY


def test_other_fields_of_it_are_the_specs(account: SandboxAccount, spelled: tuple[str, str]) -> None:
    """The cache policy is an example."""
    live, other = spelled
    document = named({**public(other), "cache_policy": "CachingDisabled"})
    assert [*changes(account.stack(document))] == [f"http.behaviors[{other}].cache_policy"]
    made(account, document)
    assert behavior_of(account.config(), live)["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def test_order_is_compared_whatever_the_spelling(account: SandboxAccount) -> None:
    """Equal order is not a change. Another order moves the live behaviors, in their live spelling."""
    made(account, named(public(POSTERS), public("clips/*")))
    assert steps(account.plan(named(public("posters/*"), public(CLIPS)))) == []
    other = named(public(CLIPS), public("posters/*"))
    assert changes(account.stack(other)) == {"http.behaviors": (["posters/*", CLIPS], [CLIPS, "posters/*"])}
    made(account, other)
    assert paths(account.config()) == ["clips/*", POSTERS]


def test_a_new_behavior_finds_its_place_among_those_of_another_spelling(account: SandboxAccount) -> None:
    """It goes before the next named one, or else after the previous one."""
    made(account, named(public(POSTERS), public("clips/*")))
    new = named(public("posters/*"), public("/new/*"), public(CLIPS), public("last/*"))
    account.converge(new, allow=["makes-public"])
    assert paths(account.config()) == [POSTERS, "/new/*", "clips/*", "last/*"]


def test_a_path_that_leads_elsewhere_is_a_problem_in_either_spelling(account: SandboxAccount) -> None:
    """The problem names the origin of the live behavior."""
    account.bucket("elsewhere")
    account.converge(signed())

    def change(config: Json) -> None:
        second = {
            **config["Origins"]["Items"][0],
            "Id": "second",
            "DomainName": "elsewhere.s3.us-east-1.amazonaws.com",
        }
        config["Origins"] = listing(*config["Origins"]["Items"], second)
        add_behavior(POSTERS, TargetOriginId="second", TrustedSigners=NOBODY)(config)

    account.edit(change)
    (problem,) = account.stack(named(public("posters/*"))).problems
    assert "posters/* has the origin second" in problem.what


def test_a_key_group_is_in_use_whatever_the_spelling(account: SandboxAccount) -> None:
    """A group that a live behavior loses in the other spelling is deleted, and does not count as in use."""
    own = {"path": CLIPS, "key_groups": [group(key(ONE), name="clips")]}
    spec: Json = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    made(account, {**spec, "http": {"behaviors": [own]}})
    account.converge({**spec, "http": {"behaviors": [public("clips/*")]}}, allow=["makes-public"])
    assert account.groups() == {}
    assert paths(account.config()) == [CLIPS]


def test_cors_names_the_path_as_the_spec_does(account: SandboxAccount, spelled: tuple[str, str]) -> None:
    """In the notice of a path without a policy, and where a retired policy is removed."""
    live, other = spelled
    cors: Json = {"origins": ["https://www.example.com"]}
    made(account, signed(http={"behaviors": [public(live)], "cors": cors}))
    notices = account.stack(signed(http={"behaviors": [public(other)], "cors": cors})).notices
    assert [each for each in notices if f"cannot read {other}," in each.text]
    policy = account.config()["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]

    def attach(config: Json) -> None:
        behavior_of(config, live)["ResponseHeadersPolicyId"] = policy

    account.edit(attach)
    off = account.stack(signed(http={"behaviors": [public(other)], "cors": False}))
    assert f"http.behaviors[{other}].cors" in changes(off)


def test_a_behavior_for_every_path_is_not_the_default_one(account: SandboxAccount) -> None:
    """A live behavior with the pattern * gets the default's signers, and neither replaces the other."""
    account.converge(signed())
    account.edit(add_behavior("*", TrustedSigners=NOBODY))
    plan = account.stack(signed())
    assert changes(plan) == {"http.behaviors[*].trusted_signers": ([], ["self"])}
    account.converge(signed())
    assert paths(account.config()) == ["*"]


def test_a_respelled_path_does_not_differ_between_specs(account: SandboxAccount) -> None:
    """`diff` compares patterns, and shows other changes at the new spelling."""
    old = account.load(named(public(POSTERS), public("clips/*")))
    same = account.load(named(public("posters/*"), public(CLIPS)))
    assert [each.changes for each in compare(old, same).stacks if each.changes] == []
    closed = account.load(named({"path": "posters/*"}, public(CLIPS)))
    (stack,) = compare(old, closed).stacks
    assert [(each.field, each.before, each.after) for each in stack.changes] == [
        ("http.behaviors[posters/*].public", True, False)
    ]


def test_import_writes_the_pattern_that_takes_effect(account: SandboxAccount) -> None:
    """Of two live behaviors with equal patterns, only the first has an effect, and the spec has the pattern once."""
    made(account, named(public(POSTERS)))
    live = account.config()
    second = {
        **behavior_of(live, POSTERS),
        "PathPattern": "posters/*",
        "TrustedSigners": signers("111122223333"),
    }
    live["CacheBehaviors"] = listing(*live["CacheBehaviors"]["Items"], second)
    described = describe(shown(live), Account("123456789012"), "lectures")
    assert described.values["http"]["behaviors"] == [public(POSTERS)]


def test_hazards_are_those_of_the_same_pattern(account: SandboxAccount, spelled: tuple[str, str]) -> None:
    """Closing a public path in the other spelling is the same as in the live one: it neither opens nor cuts."""
    live, other = spelled
    assert (
        hazards(account.stack(named({"path": other}))) == hazards(account.stack(named({"path": live}))) == []
    )
