"""A pattern with a leading slash and the same one without it are one pattern, wherever paths are compared."""

import pytest

from cfstream.adoption.account import Account
from cfstream.adoption.description import describe
from cfstream.comparing import compare
from tests.distributions import shown
from tests.promises.studio import (
    ONE,
    Json,
    Studio,
    add_behavior,
    behavior,
    changes,
    group,
    hazards,
    key,
    listing,
    paths,
    signed,
    signers,
    steps,
)

NOBODY = signers()
POSTERS, CLIPS = "/posters/*", "/clips/*"
SPELLINGS = [(POSTERS, "posters/*"), ("posters/*", POSTERS)]


def named(*behaviors: Json, **fields: object) -> Json:
    """Return a spec with these behaviors, signed by the account."""
    return signed(http={"behaviors": list(behaviors)}, **fields)


def public(path: str) -> Json:
    """Return a public behavior."""
    return {"path": path, "public": True}


def made(studio: Studio, document: Json) -> None:
    """Apply a spec that may open a path to anyone."""
    studio.converge(document, allow=["makes-public", "cuts-viewers"])


@pytest.fixture(params=SPELLINGS, ids=["live with a slash", "live without a slash"])
def spelled(request: pytest.FixtureRequest, studio: Studio) -> tuple[str, str]:
    """Return a live public behavior, and the other spelling of its path."""
    live, other = request.param
    made(studio, named(public(live)))
    return live, other


def test_a_plan_in_the_other_spelling_is_empty(studio: Studio, spelled: tuple[str, str]) -> None:
    """Nothing changes, and who can read is the same."""
    live, other = spelled
    plan = studio.stack(named(public(other)))
    assert plan.steps == ()
    assert plan.exposure.before == studio.stack(named(public(live))).exposure.before
    assert len(plan.exposure.after) == len(plan.exposure.before)


def test_signers_are_set_on_the_behavior_that_matches(studio: Studio, spelled: tuple[str, str]) -> None:
    """No second behavior is added, the live spelling stays, and the plan shows the spec's."""
    live, other = spelled
    document = named({"path": other, "trusted_signers": ["111122223333"]})
    plan = studio.stack(document)
    assert changes(plan) == {f"http.behaviors[{other}].trusted_signers": ([], ["111122223333"])}
    made(studio, document)
    assert paths(studio.config()) == [live]
    assert behavior(studio.config(), live)["TrustedSigners"] == signers("111122223333")


def test_a_behavior_that_is_named_public_stays_public(studio: Studio, spelled: tuple[str, str]) -> None:
    """It does not count as missing in the spec, which would give it the default's signers."""
    live, other = spelled
    assert behavior(studio.config(), live)["TrustedSigners"] == NOBODY
    made(studio, named(public(other), comment="renamed"))
    assert behavior(studio.config(), live)["TrustedSigners"] == NOBODY


def test_other_fields_of_it_are_the_specs(studio: Studio, spelled: tuple[str, str]) -> None:
    """The cache policy is an example."""
    live, other = spelled
    document = named({**public(other), "cache_policy": "CachingDisabled"})
    assert [*changes(studio.stack(document))] == [f"http.behaviors[{other}].cache_policy"]
    made(studio, document)
    assert behavior(studio.config(), live)["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def test_order_is_compared_whatever_the_spelling(studio: Studio) -> None:
    """Equal order is no change. Another order moves the live behaviors, in their live spelling."""
    made(studio, named(public(POSTERS), public("clips/*")))
    assert steps(studio.plan(named(public("posters/*"), public(CLIPS)))) == []
    other = named(public(CLIPS), public("posters/*"))
    assert changes(studio.stack(other)) == {"http.behaviors": (["posters/*", CLIPS], [CLIPS, "posters/*"])}
    made(studio, other)
    assert paths(studio.config()) == ["clips/*", POSTERS]


def test_a_new_behavior_finds_its_place_among_those_of_another_spelling(studio: Studio) -> None:
    """It goes before the next named one, or else after the previous one."""
    made(studio, named(public(POSTERS), public("clips/*")))
    new = named(public("posters/*"), public("/new/*"), public(CLIPS), public("last/*"))
    studio.converge(new, allow=["makes-public"])
    assert paths(studio.config()) == [POSTERS, "/new/*", "clips/*", "last/*"]


def test_a_path_that_leads_elsewhere_is_a_problem_in_either_spelling(studio: Studio) -> None:
    """The problem names the origin of the live behavior."""
    studio.bucket("elsewhere")
    studio.converge(signed())

    def change(config: Json) -> None:
        second = {
            **config["Origins"]["Items"][0],
            "Id": "second",
            "DomainName": "elsewhere.s3.us-east-1.amazonaws.com",
        }
        config["Origins"] = listing(*config["Origins"]["Items"], second)
        add_behavior(POSTERS, TargetOriginId="second", TrustedSigners=NOBODY)(config)

    studio.edit(change)
    (problem,) = studio.stack(named(public("posters/*"))).problems
    assert "posters/* has the origin second" in problem.what


def test_a_key_group_is_in_use_whatever_the_spelling(studio: Studio) -> None:
    """A group that a live behavior loses in the other spelling is deleted, and does not count as in use."""
    own = {"path": CLIPS, "key_groups": [group(key(ONE), name="clips")]}
    spec: Json = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    made(studio, {**spec, "http": {"behaviors": [own]}})
    studio.converge({**spec, "http": {"behaviors": [public("clips/*")]}}, allow=["makes-public"])
    assert studio.groups() == {}
    assert paths(studio.config()) == [CLIPS]


def test_cors_names_the_path_as_the_spec_does(studio: Studio, spelled: tuple[str, str]) -> None:
    """In the notice of a path without a policy, and where a retired policy is removed."""
    live, other = spelled
    cors: Json = {"origins": ["https://www.example.com"]}
    made(studio, signed(http={"behaviors": [public(live)], "cors": cors}))
    told = studio.stack(signed(http={"behaviors": [public(other)], "cors": cors})).notices
    assert [each for each in told if f"cannot read {other}," in each.text]
    policy = studio.config()["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]

    def attach(config: Json) -> None:
        behavior(config, live)["ResponseHeadersPolicyId"] = policy

    studio.edit(attach)
    off = studio.stack(signed(http={"behaviors": [public(other)], "cors": False}))
    assert f"http.behaviors[{other}].cors" in changes(off)


def test_a_behavior_for_every_path_is_not_the_default_one(studio: Studio) -> None:
    """A live behavior with the pattern * gets the default's signers, and neither replaces the other."""
    studio.converge(signed())
    studio.edit(add_behavior("*", TrustedSigners=NOBODY))
    plan = studio.stack(signed())
    assert changes(plan) == {"http.behaviors[*].trusted_signers": ([], ["self"])}
    studio.converge(signed())
    assert paths(studio.config()) == ["*"]


def test_a_respelled_path_is_no_difference_between_specs(studio: Studio) -> None:
    """`diff` compares patterns, and shows other changes at the new spelling."""
    old = studio.load(named(public(POSTERS), public("clips/*")))
    same = studio.load(named(public("posters/*"), public(CLIPS)))
    assert [each.changes for each in compare(old, same).stacks if each.changes] == []
    closed = studio.load(named({"path": "posters/*"}, public(CLIPS)))
    (stack,) = compare(old, closed).stacks
    assert [(each.field, each.before, each.after) for each in stack.changes] == [
        ("http.behaviors[posters/*].public", True, False)
    ]


def test_import_writes_the_pattern_that_takes_effect(studio: Studio) -> None:
    """Of two live behaviors with equal patterns, only the first has an effect, and the spec has the pattern once."""
    made(studio, named(public(POSTERS)))
    live = studio.config()
    second = {
        **behavior(live, POSTERS),
        "PathPattern": "posters/*",
        "TrustedSigners": signers("111122223333"),
    }
    live["CacheBehaviors"] = listing(*live["CacheBehaviors"]["Items"], second)
    described = describe(shown(live), Account("123456789012"), "lectures")
    assert described.values["http"]["behaviors"] == [public(POSTERS)]


def test_hazards_are_those_of_the_same_pattern(studio: Studio, spelled: tuple[str, str]) -> None:
    """Closing a public path in the other spelling is the same as in the live one: it neither opens nor cuts."""
    live, other = spelled
    assert hazards(studio.stack(named({"path": other}))) == hazards(studio.stack(named({"path": live}))) == []
