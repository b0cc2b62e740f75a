"""Public keys: compared by content, created once, and deleted if no group contains them."""

import itertools
from datetime import UTC, datetime

import pytest

from cfstream.kinds.public_key import PublicKeyKind
from cfstream.ports import Call
from cfstream.spec.keys import der_digest
from cfstream.stack.proposal import Proposal, Relied
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, Json, Ref, digest
from tests.unit.kinds.live import context, distribution, live, ours, pem, proposal

KIND = PublicKeyKind()
CREATED = datetime(2026, 11, 1, tzinfo=UTC)

SPEC = """\
version: 1
name: lectures
bucket: lectures-media
key_groups:
  - name: lectures-signers
    public_keys:
      - {name: new, file: keys/new.pem}
"""
NO_KEYS = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"


def address(name: str) -> Address:
    """Return the address of a public key of the stack."""
    return Address("public-key", "lectures", name)


def row(name: str, key_id: str, **fields: str) -> Json:
    """Return a row of ListPublicKeys: an owned key, with the line end that AWS adds."""
    encoded = pem(name) + "\n"
    return {
        "Id": key_id,
        "Name": name,
        "CreatedTime": CREATED,
        "EncodedKey": encoded,
        "Comment": "cfstream:lectures",
        **fields,
    }


def group(name: str, *keys: str, comment: str = "cfstream:lectures") -> Json:
    """Return a row of ListKeyGroups."""
    return {
        "KeyGroup": {
            "Id": f"id-{name}",
            "KeyGroupConfig": {"Name": name, "Items": list(keys), "Comment": comment},
        }
    }


def relied(name: str, key_id: str) -> Relied:
    """Return what a plan relies on of an owned key."""
    content = {"id": key_id, "comment": "cfstream:lectures", "der": der_digest(pem(name))}
    return Relied(address(name), digest(content))


def deletion(name: str, key_id: str) -> Delete:
    """Return the step that deletes an owned key."""
    return Delete(
        address=address(name),
        stage=Stage.DELETE_KEYS,
        because="cfstream created it, and no key group contains it now",
        changes=(Change(f"public_keys[{name}].id", key_id, None),),
        call=Call("cloudfront", "delete_public_key", {"Id": key_id}),
        read=Call("cloudfront", "get_public_key_config", {"Id": key_id}),
        content="PublicKeyConfig",
        base={"Name": name, "Comment": "cfstream:lectures"},
    )


def test_a_key_that_is_not_live_is_made_from_its_file() -> None:
    """The key is created with its PEM, the stack's mark, and its own reference."""
    step = Create(
        address=address("new"),
        stage=Stage.KEYS,
        because="verify signed URLs and cookies",
        line=7,
        changes=(Change("key_groups[lectures-signers].public_keys[new].file", None, "keys/new.pem"),),
        call=Call(
            "cloudfront",
            "create_public_key",
            {
                "PublicKeyConfig": {
                    "CallerReference": "cfstream-123456789012-lectures/new-public_key-1",
                    "Name": "new",
                    "EncodedKey": pem("new"),
                    "Comment": "cfstream:lectures",
                }
            },
        ),
        outputs={"id": "PublicKey.Id", "created": "PublicKey.CreatedTime"},
        twin=Twin(
            listing=Call("cloudfront", "list_public_keys"),
            row_id="Id",
            row={"Name": "new"},
            detail="get_public_key",
            match={"PublicKey.PublicKeyConfig.Name": "new"},
            content="PublicKey.PublicKeyConfig",
        ),
        document="PublicKeyConfig",
        reference="PublicKeyConfig.CallerReference",
    )

    assert proposal(KIND, context(SPEC), live()) == Proposal(
        steps=(step,), brings={address("new"): {"id": Ref(step.id, "id")}}
    )


@pytest.mark.parametrize(
    "spelled", [pem("new").strip(), pem("new").replace("\n", "\r\n"), pem("new") + "\n\n"]
)
def test_white_space_does_not_make_another_key(spelled: str) -> None:
    """AWS returns a key with another line end than it got, so only the content counts."""
    aws = live(list_public_keys=[row("new", "K1", EncodedKey=spelled)])

    assert proposal(KIND, context(SPEC), aws) == Proposal(
        brings={address("new"): {"id": "K1", "created": "2026-11-01T00:00:00+00:00"}},
        relied_on=(relied("new", "K1"),),
    )


def test_a_time_in_a_snapshot_is_read_like_one_of_aws() -> None:
    """A recorded reply has times as text."""
    aws = live(list_public_keys=[row("new", "K1", CreatedTime="2026-11-01T00:00:00+00:00")])

    assert proposal(KIND, context(SPEC), aws).brings[address("new")]["created"] == "2026-11-01T00:00:00+00:00"


@pytest.mark.parametrize("encoded", [pem("another"), "no key at all"])
def test_another_key_under_a_live_name_is_a_problem(encoded: str) -> None:
    """A public key cannot change in AWS, and replacing it would break all its URLs."""
    aws = live(list_public_keys=[row("new", "K1", EncodedKey=encoded)])
    proposed = proposal(KIND, context(SPEC), aws)

    assert (proposed.steps, proposed.brings) == ((), {})
    (problem,) = proposed.problems
    assert problem.what == (
        "keys/new.pem is not the public key new (K1), and a public key cannot change in AWS"
    )
    assert problem.do == "give the new key a new name"
    assert str(problem.where) == "lectures.yaml:7:27"


@pytest.mark.parametrize(
    ("comment", "whose"),
    [
        ("by hand", "it does not belong to cfstream"),
        ("cfstream:talks", "it belongs to the cfstream stack talks"),
    ],
)
def test_a_key_of_that_name_without_our_mark_is_a_problem(comment: str, whose: str) -> None:
    """The existing key is named and not changed, even if it has the same content."""
    aws = live(list_public_keys=[row("new", "K1", Comment=comment)])
    proposed = proposal(KIND, context(SPEC), aws)

    assert (proposed.steps, proposed.brings) == ((), {})
    (problem,) = proposed.problems
    assert problem.what == f"the public key new (K1) already exists, and {whose}"
    assert str(problem.where) == "lectures.yaml:7:16"


def test_a_key_of_a_behavior_s_group_is_one_of_the_stack_s() -> None:
    """A behavior can have groups too, and the plan shows where."""
    spec = NO_KEYS.replace("trusted_signers: [self]", "public: true") + (
        "http:\n"
        "  behaviors:\n"
        "    - path: /clips/*\n"
        "      key_groups: [{name: clips, public_keys: [{name: clip, file: clip.pem}]}]\n"
    )
    (step,) = proposal(KIND, context(spec), live()).steps

    assert step.id == "create public-key:lectures/clip"
    assert step.changes[0].field == "http.behaviors[/clips/*].key_groups[clips].public_keys[clip].file"
    assert step.line == 8


def test_a_key_in_no_spec_and_no_group_is_deleted() -> None:
    """An owned key that nothing uses is deleted. The order of the list does not matter."""
    rows = [
        row("new", "K1"),
        row("old", "K2"),
        row("older", "K3"),
        row("theirs", "K4", Comment="cfstream:talks"),
    ]
    proposals = [
        proposal(KIND, context(SPEC), live(list_public_keys=list(order)))
        for order in itertools.permutations(rows)
    ]

    assert proposals[0].steps == (deletion("old", "K2"), deletion("older", "K3"))
    assert proposals[0].relied_on == (relied("new", "K1"), relied("old", "K2"), relied("older", "K3"))
    assert all(proposed == proposals[0] for proposed in proposals)


def test_a_key_that_this_plan_removes_from_its_group_is_deleted() -> None:
    """An owned group gets the keys of the spec. A key that leaves is then in no group."""
    aws = live(
        list_public_keys=[row("new", "K1"), row("old", "K2")],
        list_key_groups=[group("lectures-signers", "K1", "K2")],
    )

    assert [step.id for step in proposal(KIND, context(SPEC), aws).steps] == [
        "delete public-key:lectures/old"
    ]


def test_a_key_that_another_group_holds_stays() -> None:
    """DeletePublicKey would be refused with PublicKeyInUse, so a notice mentions it, and it stays."""
    aws = live(
        list_public_keys=[row("new", "K1"), row("old", "K2")],
        list_key_groups=[group("newsroom", "K2", comment="by hand")],
    )
    proposed = proposal(KIND, context(SPEC), aws)

    assert proposed.steps == ()
    assert [notice.text for notice in proposed.notices] == [
        "the stack no longer needs the public key old, but it stays: still used by key group newsroom"
    ]


def test_the_keys_of_a_group_that_this_plan_deletes_are_deleted() -> None:
    """The group that no distribution uses is deleted first."""
    aws = live(list_public_keys=[row("old", "K2")], list_key_groups=[group("old-signers", "K2")])

    assert proposal(KIND, context(NO_KEYS), aws).steps == (deletion("old", "K2"),)


def test_the_keys_of_a_group_of_ours_that_stays_in_use_stay() -> None:
    """An owned group that another distribution trusts is not deleted, and neither are its keys."""
    aws = live(
        **ours(distribution("D1"), [distribution("D2", groups=["id-old-signers"])]),
        list_public_keys=[row("old", "K2")],
        list_key_groups=[group("old-signers", "K2")],
    )

    assert proposal(KIND, context(NO_KEYS), aws).steps == ()
