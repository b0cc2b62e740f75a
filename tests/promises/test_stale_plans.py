"""A saved plan is refused if something that decides who can read appeared after it was made."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from cfstream.planning.saved import Mismatch
from tests.promises.foreign import by_hand
from tests.promises.saved import Saved
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, listing, set_to, signers
from tests.world.plans import hazards
from tests.world.specs import ONE, TWO, Json, group, http, key, signed
from tests.world.statements import allow

AccountChange = Callable[[SandboxAccount], None]


def stale(saved: Saved, *words: str) -> None:
    """Check that the plan is refused, with words that describe the change."""
    with pytest.raises(Mismatch) as caught:
        saved.check()
    for word in words:
        assert word in caught.value.what, caught.value.what


def identity(account: SandboxAccount) -> Json:
    """Return the part of an origin that reads with the stack's OAI."""
    (one,) = account.identities()
    return {"S3OriginConfig": {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{one}"}}


def reads_by(account: SandboxAccount, id_: str) -> None:
    """Make a distribution read with the stack's OAI."""
    access = identity(account)
    account.edit(lambda config: config["Origins"]["Items"][0].update(access), id_=id_)


def new_reader(account: SandboxAccount) -> None:
    """Create a distribution that reads with the stack's OAI."""
    reads_by(account, by_hand(account)["Id"])


def new_second_origin(account: SandboxAccount) -> None:
    """Give a distribution of another bucket an origin that reads this bucket."""
    account.bucket("elsewhere")
    access = identity(account)

    def change(config: Json) -> None:
        (first,) = config["Origins"]["Items"]
        elsewhere = {**first, "DomainName": "elsewhere.s3.us-east-1.amazonaws.com"}
        config["Origins"] = listing(elsewhere, {**first, **access, "Id": "ours"})

    account.edit(change, id_=by_hand(account)["Id"])


def new_member(account: SandboxAccount) -> None:
    """Make this bucket the failover member of a distribution."""
    account.bucket("elsewhere")
    access = identity(account)

    def change(config: Json) -> None:
        (first,) = config["Origins"]["Items"]
        elsewhere = {**first, "Id": "first", "DomainName": "elsewhere.s3.us-east-1.amazonaws.com"}
        config["Origins"] = listing(elsewhere, {**first, **access})
        both = {
            "Id": "both",
            "FailoverCriteria": {"StatusCodes": listing(500)},
            "Members": listing({"OriginId": "first"}, {"OriginId": "console"}),
        }
        config["OriginGroups"] = listing(both)
        config["DefaultCacheBehavior"]["TargetOriginId"] = "both"

    account.edit(change, id_=by_hand(account)["Id"])


@pytest.mark.parametrize("hand", [new_reader, new_second_origin, new_member], ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("after", [signed(oai={}, comment="changed"), signed()], ids=["comment", "oac"])
def test_another_distribution_on_our_identity(
    account: SandboxAccount, hand: AccountChange, after: Json
) -> None:
    """It can read what the plan grants, and needs what the plan revokes."""
    account.converge(signed(oai={}))
    saved = Saved(account, after)
    saved.check()
    hand(account)
    stale(saved)


def unsign(config: Json) -> None:
    """Remove the signers of the default behavior."""
    config["DefaultCacheBehavior"]["TrustedSigners"] = signers()


CHANGED: dict[str, Callable[[Json], None]] = {
    "signers": unsign,
    "behavior": add_behavior("/open/*", TrustedSigners=signers()),
    "origin path": lambda config: config["Origins"]["Items"][0].update(OriginPath="/a"),
    "enabled": set_to(Enabled=False),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_known_reader_that_changed(account: SandboxAccount, change: Callable[[Json], None]) -> None:
    """Its behaviors, signers and origins decide who can read."""
    account.converge(signed(oai={}))
    other = by_hand(account)["Id"]
    reads_by(account, other)
    saved = Saved(account, signed(oai={}, comment="changed"))
    account.edit(change, id_=other)
    stale(saved, other)


@pytest.mark.parametrize(
    "change",
    [set_to(Comment="other"), set_to(PriceClass="PriceClass_100"), set_to(HttpVersion="http3")],
    ids=["comment", "price class", "http version"],
)
def test_changes_of_others_that_do_not_decide_access_are_not_stale(
    account: SandboxAccount, change: Callable[[Json], None]
) -> None:
    """A distribution that does not read this bucket does not matter either."""
    account.converge(signed(oai={}))
    other = by_hand(account)["Id"]
    reads_by(account, other)
    saved = Saved(account, signed(oai={}, comment="changed"))
    account.edit(change, id_=other)
    account.bucket("elsewhere")
    foreign = by_hand(account, CallerReference="foreign")["Id"]
    domain = "elsewhere.s3.us-east-1.amazonaws.com"
    saved.account.edit(lambda config: config["Origins"]["Items"][0].update(DomainName=domain), id_=foreign)
    saved.check()


def keys_of(account: SandboxAccount, name: str, *keys: str) -> None:
    """Set the keys of a group by hand."""
    id_ = account.groups()[name]["Id"]
    live = account.cloudfront.get_key_group_config(Id=id_)
    config = {**live["KeyGroupConfig"], "Items": list(keys)}
    account.cloudfront.update_key_group(Id=id_, IfMatch=live["ETag"], KeyGroupConfig=config)


USES = {
    "default": {"key_groups": [{"use": "newsroom"}]},
    "behavior": {
        "trusted_signers": ["self"],
        "http": {"behaviors": [{"path": "/clips/*", "key_groups": [{"use": "newsroom"}]}]},
    },
}


@pytest.mark.parametrize("fields", USES.values(), ids=USES)
@pytest.mark.parametrize("by_id", [False, True], ids=["by name", "by id"])
def test_a_key_in_a_used_group(account: SandboxAccount, fields: Json, *, by_id: bool) -> None:
    """The owner of a key can sign, so an added, replaced or removed key makes the plan stale."""
    first, second = account.make_key("first"), account.make_key("second", file=TWO)
    created = account.make_group("newsroom", first)
    document = {"version": 1, "name": "lectures", "bucket": "media", **fields}
    if by_id:
        document = json.loads(json.dumps(document).replace("newsroom", created))
    for earlier in ({}, {"comment": "before"}):
        saved = Saved(account, {**document, **earlier, "price_class": "PriceClass_100"})
        saved.check()
        for keys in ((first, second), (second,)):
            keys_of(account, "newsroom", *keys)
            stale(saved, created if by_id else "newsroom")
        keys_of(account, "newsroom", first)
        saved.check()
        account.converge(document)


def test_a_new_hazard_makes_the_plan_stale(account: SandboxAccount) -> None:
    """If only the hazards differ, a plan without them is refused."""
    account.converge(http(key_groups=[group(key(ONE), key(TWO))]))
    saved = Saved(account, http())
    assert hazards(saved.again().stacks[0]) == ["cuts-viewers"]
    before = saved.document["fingerprint"]
    for stack in saved.document["stacks"]:
        stack["hazards"] = []
    saved.document["fingerprint"] = fingerprint_without_hazards(saved)
    assert saved.document["fingerprint"] != before
    stale(saved, "cuts-viewers")


def fingerprint_without_hazards(saved: Saved) -> str:
    """Return the fingerprint of the same plan without its hazards."""
    plan = saved.again()
    stacks = tuple(
        replace(stack, steps=tuple(replace(step, hazards=()) for step in stack.steps))
        for stack in plan.stacks
    )
    return replace(plan, stacks=stacks).fingerprint


def test_a_hazard_that_another_spec_of_the_run_brings(account: SandboxAccount) -> None:
    """The other stack serves unsigned what this one is granted. Its spec changed after the plan."""
    shared = account.make_identity()
    mine = signed(oai={"id": shared}, grant={"prefix": "b/"})
    other = signed(name="other", oai={"id": shared}, grant={"prefix": "a/"})
    saved = Saved(account, mine, other)
    saved.check()
    public = {**other, "public": True}
    del public["trusted_signers"]
    (account.folder / "saved-other.yaml").write_text(json.dumps(public))
    assert "makes-public" in {name for stack in saved.again().stacks for name in hazards(stack)}
    stale(saved)


OPENINGS: dict[str, AccountChange] = {
    "account": lambda account: account.put_policy(
        *account.statements().values(), allow("Theirs", {"AWS": "arn:aws:iam::111122223333:root"})
    ),
    "writes": lambda account: account.put_policy(
        *account.statements().values(),
        allow("Theirs", {"AWS": "arn:aws:iam::111122223333:root"}, Action="s3:PutObject"),
    ),
    "block": lambda account: account.unblocked(),
}


@pytest.mark.parametrize("hand", OPENINGS.values(), ids=OPENINGS)
def test_a_new_opening_makes_the_plan_stale(account: SandboxAccount, hand: AccountChange) -> None:
    """No one has reviewed a plan with it."""
    account.converge(signed())
    saved = Saved(account, signed(comment="changed"))
    hand(account)
    stale(saved)
