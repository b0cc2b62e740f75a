"""Key groups: they have exactly the keys of the spec, changes are waited for, and groups of others never change."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from cfstream.errors import Missing
from cfstream.kinds.key_group import KeyGroupKind
from cfstream.ports import Call
from cfstream.stack.proposal import KindResults, Proposal, Relied
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.hazards import Hazard, HazardName
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage
from cfstream.steps.wait import GroupActive, WaitUntil
from cfstream.values import Address, ETag, Json, Known, Ref, StepId, digest
from tests.unit.kinds.live import NOW, context, distribution, live, ours, proposal

KIND = KeyGroupKind()
MADE = Ref(StepId("create public-key:lectures/new"), "id")

ONE = """\
version: 1
name: lectures
bucket: lectures-media
key_groups:
  - name: signers
    public_keys:
      - {name: new, file: new.pem, replaces: [old]}
"""
TWO = ONE + "      - {name: old, file: old.pem}\n"
NO_KEYS = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
USES = NO_KEYS.replace("trusted_signers: [self]", "key_groups: [{use: newsroom}]")


def address(member: str) -> Address:
    """Return the address of a key group of the stack."""
    return Address("key-group", "lectures", member)


def group(name: str, *keys: str, comment: str = "cfstream:lectures", group_id: str = "") -> Json:
    """Return a row of ListKeyGroups: an owned group."""
    config = {"Name": name, "Items": list(keys), "Comment": comment}
    return {"KeyGroup": {"Id": group_id or f"id-{name}", "KeyGroupConfig": config}}


def config_of(*rows: Json) -> Callable[[Json], Json]:
    """Return replies to GetKeyGroupConfig with the content of these rows."""
    configs = {row["KeyGroup"]["Id"]: row["KeyGroup"]["KeyGroupConfig"] for row in rows}
    return lambda params: {"KeyGroupConfig": configs[params["Id"]], "ETag": "E2GROUP"}


def key(name: str, key_id: str, age: timedelta = timedelta(days=9)) -> Json:
    """Return a row of ListPublicKeys: an owned key."""
    return {
        "Id": key_id,
        "Name": name,
        "EncodedKey": "",
        "CreatedTime": NOW - age,
        "Comment": "cfstream:lectures",
    }


def keys(**ids: Known) -> KindResults:
    """Return what the public keys have brought."""
    return KindResults({Address("public-key", "lectures", name): {"id": id_} for name, id_ in ids.items()})


def relied(name: str, *keys: str, etag: str | None = None, comment: str = "cfstream:lectures") -> Relied:
    """Return what a plan relies on of an owned group."""
    content = {"id": f"id-{name}", "Name": name, "Items": list(keys), "Comment": comment}
    return Relied(address(name), digest(content), ETag(etag) if etag else None)


def test_a_missing_group_is_created_from_live_and_future_keys() -> None:
    """The group is created with the stack's mark, its keys in the order of the spec."""
    step = Create(
        address=address("signers"),
        stage=Stage.KEY_GROUPS,
        because="list the keys that may sign URLs and cookies",
        line=5,
        changes=(Change("key_groups[signers].public_keys", None, ["new", "old"]),),
        call=Call(
            "cloudfront",
            "create_key_group",
            {"KeyGroupConfig": {"Name": "signers", "Items": [MADE, "K1"], "Comment": "cfstream:lectures"}},
        ),
        outputs={"id": "KeyGroup.Id"},
        twin=Twin(
            listing=Call("cloudfront", "list_key_groups"),
            row_id="KeyGroup.Id",
            row={"KeyGroup.KeyGroupConfig.Name": "signers"},
            detail="get_key_group",
            match={"KeyGroup.KeyGroupConfig.Name": "signers"},
            content="KeyGroup.KeyGroupConfig",
        ),
        document="KeyGroupConfig",
    )

    assert proposal(KIND, context(TWO), live(), keys(new=MADE, old="K1")) == Proposal(
        steps=(step,), brings={address("signers"): {"id": Ref(step.id, "id"), "name": "signers"}}
    )


def test_a_group_with_these_keys_in_any_order_stays() -> None:
    """The order of keys, and the rest of the comment after the mark, do not matter."""
    for order in itertools.permutations(["K1", "K2"]):
        aws = live(
            list_key_groups=[group("signers", *order, comment="cfstream:lectures and more")],
            list_public_keys=[key("new", "K2"), key("old", "K1")],
        )

        assert proposal(KIND, context(TWO), aws, keys(new="K2", old="K1")) == Proposal(
            brings={address("signers"): {"id": "id-signers", "name": "signers"}},
            relied_on=(relied("signers", "K1", "K2", comment="cfstream:lectures and more"),),
        )


def test_a_key_is_added_to_a_group_in_use_without_a_hazard_and_is_waited_for() -> None:
    """In the first half of a rotation, the old key stays, and the plan waits until every edge has the new one."""
    row = group("signers", "K1")
    aws = live(
        **ours(distribution("D1", groups=["id-signers"])),
        list_key_groups=[row],
        get_key_group_config=config_of(row),
        list_public_keys=[key("old", "K1")],
    )
    base = {"Name": "signers", "Items": ["K1"], "Comment": "cfstream:lectures"}

    assert proposal(KIND, context(TWO + "wait: {timeout: 10m}\n"), aws, keys(new=MADE, old="K1")) == Proposal(
        steps=(
            Modify(
                address=address("signers"),
                stage=Stage.KEY_GROUPS,
                because="the spec lists other keys",
                line=6,
                changes=(Change("key_groups[signers].public_keys", ["old"], ["new", "old"]),),
                call=Call(
                    "cloudfront",
                    "update_key_group",
                    {"Id": "id-signers", "KeyGroupConfig": {**base, "Items": [MADE, "K1"]}},
                ),
                document="KeyGroupConfig",
                read=Call("cloudfront", "get_key_group_config", {"Id": "id-signers"}),
                content="KeyGroupConfig",
                base=base,
                etag=ETag("E2GROUP"),
            ),
            WaitUntil(
                address=address("signers"),
                stage=Stage.WAIT,
                because="until every distribution that uses it is Deployed with the new keys",
                line=9,
                until=GroupActive("id-signers", (MADE, "K1")),
                seconds=600.0,
            ),
        ),
        brings={address("signers"): {"id": "id-signers", "name": "signers"}},
        relied_on=(relied("signers", "K1", etag="E2GROUP"),),
    )


@pytest.mark.parametrize("users", [[], [distribution("D1", groups=["id-signers"], enabled=False)]])
def test_a_group_that_serves_nobody_is_not_waited_for(users: list[Json]) -> None:
    """No edge uses it, and a disabled distribution has no active keys."""
    row = group("signers", "K1")
    aws = live(
        list_distributions=users,
        get_distribution={"Distribution": {"DistributionConfig": {"CallerReference": "made by hand"}}},
        list_key_groups=[row],
        get_key_group_config=config_of(row),
        list_public_keys=[key("old", "K1")],
    )

    assert [step.id for step in proposal(KIND, context(TWO), aws, keys(new=MADE, old="K1")).steps] == [
        "modify key-group:lectures/signers"
    ]


def detaching(age: timedelta, active: tuple[str, ...] = ("K1", "K2"), spec: str = ONE) -> tuple[Hazard, ...]:
    """Return the hazards of detaching old (K1), for this age of new (K2) and these active keys."""
    row = group("signers", "K1", "K2")
    aws = live(
        **ours(distribution("D1", groups=["id-signers"]), active={"id-signers": active}),
        list_key_groups=[row],
        get_key_group_config=config_of(row),
        list_public_keys=[key("old", "K1"), key("new", "K2", age)],
    )
    modify, _ = proposal(KIND, context(spec), aws, keys(new="K2")).steps
    assert modify.changes == (Change("key_groups[signers].public_keys", ["new", "old"], ["new"]),)
    assert modify.because == "the spec lists other keys"
    return modify.hazards


def test_a_replaced_key_is_removed_without_a_hazard_after_its_grace() -> None:
    """Created plus max_validity (a day by default) is past, and the successor signs."""
    assert detaching(timedelta(hours=24)) == ()
    assert detaching(timedelta(hours=3), spec=ONE + "sign: {max_validity: 2h}\n") == ()


@pytest.mark.parametrize(
    ("age", "active", "spec", "why"),
    [
        (
            23,
            ("K1", "K2"),
            ONE,
            "new replaces it, but URLs signed with the old key may be valid until 2026-11-24 13:00 UTC",
        ),
        (99, ("K1",), ONE, "its replacement new is not active in the group yet"),
        (
            99,
            ("K1", "K2"),
            ONE.replace(", replaces: [old]", ""),
            "no key in the group replaces it. To replace",
        ),
    ],
)
def test_a_key_that_is_removed_too_early_cuts_viewers(
    age: int, active: tuple[str, ...], spec: str, why: str
) -> None:
    """If it leaves too early, before the successor signs, or without one, its URLs stop working."""
    (hazard,) = detaching(timedelta(hours=age), active, spec)
    assert hazard.name is HazardName.CUTS_VIEWERS
    assert hazard.text.startswith(f"URLs signed with old stop working when it leaves the group: {why}")


def test_a_key_added_by_others_is_removed_and_named_by_its_id() -> None:
    """An owned group has only the keys of the spec. A key that is not live has no name, so its id is shown."""
    row = group("signers", "K2", "K9")
    aws = live(
        list_key_groups=[row], get_key_group_config=config_of(row), list_public_keys=[key("new", "K2")]
    )
    (modify,) = proposal(KIND, context(ONE), aws, keys(new="K2")).steps

    assert modify.changes == (Change("key_groups[signers].public_keys", ["K9", "new"], ["new"]),)
    assert [hazard.name for hazard in modify.hazards] == ["cuts-viewers"]


def test_a_list_that_lags_behind_proposes_nothing() -> None:
    """The document decides, not the row of the list."""
    aws = live(
        list_key_groups=[group("signers", "K1", "K2")],
        get_key_group_config=config_of(group("signers", "K2")),
        list_public_keys=[key("new", "K2")],
    )

    assert proposal(KIND, context(ONE), aws, keys(new="K2")).steps == ()


def test_a_group_that_was_deleted_since_the_list_ends_the_planning() -> None:
    """A refusal does not count as an empty group."""
    aws = live(
        list_key_groups=[group("signers", "K1")],
        get_key_group_config=Missing("GetKeyGroupConfig", "NoSuchResource", "gone"),
    )
    with pytest.raises(Missing):
        proposal(KIND, context(ONE), aws, keys(new="K2"))


def test_a_key_with_a_problem_of_its_own_changes_no_group() -> None:
    """If a key has a problem, no key is removed from a group."""
    row = group("signers", "K1")
    aws = live(list_key_groups=[row], get_key_group_config=config_of(row))

    assert proposal(KIND, context(ONE), aws, keys()).steps == ()


@pytest.mark.parametrize(
    ("comment", "whose"),
    [("", "it does not belong to cfstream"), ("cfstream:talks x", "it belongs to the cfstream stack talks")],
)
def test_a_group_of_that_name_without_our_mark_is_a_problem(comment: str, whose: str) -> None:
    """The existing group is named and not changed. `use` trusts it."""
    proposed = proposal(
        KIND, context(ONE), live(list_key_groups=[group("signers", "K1", comment=comment)]), keys(new="K2")
    )

    assert proposed.steps == ()
    assert proposed.brings == {address("signers"): {"id": "id-signers", "name": "signers"}}
    (problem,) = proposed.problems
    assert problem.what == f"the key group signers (id-signers) already exists, and {whose}"
    assert problem.do.startswith("write `use: signers` to trust that group as it is; or choose another name,")
    assert str(problem.where) == "lectures.yaml:5:11"


@pytest.mark.parametrize("reference", ["newsroom", "id-newsroom"])
def test_a_group_of_others_is_used_by_name_or_id_as_it_is(reference: str) -> None:
    """A group in `use` is brought under the reference in the spec, and never changed."""
    aws = live(list_key_groups=[group("newsroom", "K7", comment="by hand"), group("other", "K8", comment="")])

    assert proposal(KIND, context(USES.replace("newsroom", reference)), aws) == Proposal(
        brings={address(reference): {"id": "id-newsroom", "name": "newsroom"}},
        relied_on=(Relied(address(reference), digest({"id": "id-newsroom", "keys": ["K7"]})),),
    )


def test_an_id_comes_before_a_name_that_looks_like_it() -> None:
    """A group may have the id of another one as its name."""
    aws = live(
        list_key_groups=[
            group("newsroom", "K7", comment="", group_id="G1"),
            group("odd", "K8", comment="", group_id="newsroom"),
        ]
    )

    assert proposal(KIND, context(USES), aws).brings == {
        address("newsroom"): {"id": "newsroom", "name": "odd"}
    }


def test_a_group_to_use_that_does_not_exist_is_a_problem() -> None:
    """Another spec may still have to create it."""
    (problem,) = proposal(KIND, context(USES), live()).problems

    assert problem.what == "no key group with the name or id newsroom exists in account 123456789012"
    assert str(problem.where) == "lectures.yaml:4:20"
    assert problem.do.startswith("apply the spec that creates it first")


def test_a_misspelt_group_to_use_gets_the_nearest_name() -> None:
    """The names of the account's groups are known."""
    aws = live(list_key_groups=[group("newsrooms", "K7", comment="", group_id="G1")])
    (problem,) = proposal(KIND, context(USES), aws).problems
    assert problem.do.startswith("write newsrooms, a key group of this account, or apply the spec")


def test_a_behavior_may_use_the_group_that_the_spec_makes() -> None:
    """A second mention by `use` means the same group, which is created once."""
    spec = ONE + "http:\n  behaviors:\n    - {path: /clips/*, key_groups: [{use: signers}]}\n"
    proposed = proposal(KIND, context(spec), live(), keys(new=MADE))

    assert [step.id for step in proposed.steps] == ["create key-group:lectures/signers"]
    assert list(proposed.brings) == [address("signers")]


def test_a_group_of_ours_that_nothing_uses_any_more_is_deleted() -> None:
    """No field of the spec has it, and this plan changes the distribution that used it."""
    aws = live(
        **ours(distribution("D1", groups=["id-old-signers"])),
        list_key_groups=[group("old-signers", "K2", "K1"), group("theirs", "K3", comment="cfstream:talks")],
        list_public_keys=[key("old", "K1"), key("new", "K2")],
    )
    config = {"Name": "old-signers", "Items": ["K1", "K2"], "Comment": "cfstream:lectures"}

    assert proposal(KIND, context(NO_KEYS), aws) == Proposal(
        steps=(
            Delete(
                address=address("old-signers"),
                stage=Stage.DELETE_KEY_GROUPS,
                because="cfstream created it, and nothing uses it now",
                changes=(Change("key_groups[old-signers].public_keys", ["new", "old"], None),),
                call=Call("cloudfront", "delete_key_group", {"Id": "id-old-signers"}),
                read=Call("cloudfront", "get_key_group_config", {"Id": "id-old-signers"}),
                content="KeyGroupConfig",
                base=config,
            ),
        ),
        relied_on=(relied("old-signers", "K1", "K2"),),
    )


def test_a_group_of_ours_that_another_distribution_trusts_stays() -> None:
    """DeleteKeyGroup would be refused with ResourceInUse, so a notice mentions it, and it stays."""
    aws = live(
        **ours(distribution("D1"), [distribution("D2", behaviors={"/x/*": ["id-old-signers"]})]),
        list_key_groups=[group("old-signers", "K1")],
    )
    proposed = proposal(KIND, context(NO_KEYS), aws)

    assert proposed.steps == ()
    assert [notice.text for notice in proposed.notices] == [
        "the stack no longer needs the key group old-signers, but it stays: still used by D2"
    ]


def test_the_order_of_lists_does_not_matter() -> None:
    """The order of groups and keys does not matter."""
    rows = [group("signers", "K1", "K3"), group("a", "K1", "K2"), group("b", "K2")]
    names = [key("new", "K2"), key("old", "K1"), key("x", "K3")]
    proposals = []
    for groups, listed in itertools.product(itertools.permutations(rows), itertools.permutations(names)):
        configs = [row["KeyGroup"]["KeyGroupConfig"] for row in groups]
        turned = [group(each["Name"], *each["Items"][::-1]) for each in configs]
        aws = live(
            list_key_groups=turned, get_key_group_config=config_of(*turned), list_public_keys=list(listed)
        )
        proposals.append(proposal(KIND, context(TWO), aws, keys(new="K2", old="K1")))

    assert [step.id for step in proposals[0].steps] == [
        "modify key-group:lectures/signers",
        "delete key-group:lectures/a",
        "delete key-group:lectures/b",
    ]
    assert all(proposed == proposals[0] for proposed in proposals)
