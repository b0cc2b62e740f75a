"""Grants on objects: counted, tagged before the first, given to all objects that lack them, and revoked by the tag."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from cfstream.kinds.object_acl import ObjectAclKind
from cfstream.kinds.object_acl.observed import CHUNK, LiveGrants, Tally
from cfstream.ports import Answer, Call
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.steps.grant import ProposedGrant
from cfstream.steps.object_grants import ObjectGrants
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.tags import ChangeTags
from cfstream.values import Address, Joined, Json, Ref, StepId
from tests.unit.kinds.live import ACCOUNT, Live, context, live, ours, proposal
from tests.unit.kinds.s3 import (
    ALL,
    BUCKET,
    DISTRIBUTION_ARN,
    NONE,
    OAI,
    REGION,
    denied,
    kind_results,
    missing,
    s3,
    signed,
)

KIND = ObjectAclKind()
ADDRESS = Address("object-acl", "lectures")
SPEC = f"version: 1\nname: lectures\nbucket: {BUCKET}\ntrusted_signers: [self]\noai: {{}}\n"
READ = SPEC + "grant: {via: object-acl}\n"
FULL = SPEC + "grant: {via: object-acl, permission: FULL_CONTROL}\n"
BY_POLICY = SPEC
USER = OAI["S3CanonicalUserId"]
FORMER = {"Id": "E9OLD", "S3CanonicalUserId": "9" * 96, "Comment": "by hand"}
MADE = StepId("create origin-access-identity:lectures")


def acl(*permissions: str, public: bool = False) -> Json:
    """Return an ACL with these permissions for the OAI."""
    grants: list[Any] = [
        {"Grantee": {"Type": "CanonicalUser", "ID": USER}, "Permission": permission}
        for permission in permissions
    ]
    if public:
        uri = "http://acs.amazonaws.com/groups/global/AllUsers"
        grants.append({"Grantee": {"Type": "Group", "URI": uri}, "Permission": "READ"})
    return {"Owner": {"ID": "0" * 64}, "Grants": grants}


def objects(
    acls: dict[str, Any], mark: str = "", own: Any = None, others: tuple[Any, ...] = (), **more: Any
) -> Any:
    """Return an account in which the bucket has these objects, and the stack's distribution, if any, this tag."""

    def tags(params: Json) -> Json:
        mine = {"cfstream:name": "lectures", **({"cfstream:acl": mark} if mark else {})}
        tagged = mine if params["Resource"] == DISTRIBUTION_ARN else {}
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tagged.items()]}}

    def one(params: Json) -> Json:
        found: Json = acls[params["Key"]]
        if isinstance(found, Exception):
            raise found
        return found

    def listed(params: Json) -> Json:
        return {
            "Contents": [{"Key": key} for key in sorted(acls) if key.startswith(params.get("Prefix", ""))]
        }

    replies = {
        **ours(own or signed(oai="E2OAI"), others),
        **s3(ownership="BucketOwnerPreferred"),
        "list_tags_for_resource": tags,
        "list_objects_v2": listed,
        "get_object_acl": one,
        "list_cloud_front_origin_access_identities": [OAI, FORMER],
        "get_cloud_front_origin_access_identity": missing("NoSuchCloudFrontOriginAccessIdentity"),
        **more,
    }
    return live(**replies)


def proposed(text: str, aws: Any, results: KindResults | None = None) -> Proposal:
    """Return what the kind proposes."""
    return proposal(KIND, context(text), aws, results or kind_results())


def tally(text: str, aws: Any) -> Tally:
    """Return the counts of the objects."""
    here = context(text)
    seen: LiveGrants = KIND.observe(aws, LiveState(AccountLists(aws), here), KIND.desire(here))
    return seen.tally


def edit(user: Any, permission: str | None, prefix: str = "", bucket: str = BUCKET) -> ObjectGrants:
    """Return the edit of the objects."""
    return ObjectGrants(
        bucket, REGION if bucket == BUCKET else "us-east-1", ACCOUNT, prefix, user, permission
    )


def kinds_of(steps: tuple[Step, ...]) -> list[tuple[str, Stage]]:
    """Return ids without their numbers, and stages."""
    return [(str(step.id), step.stage) for step in steps]


def test_grant_with_its_mark() -> None:
    """The distribution is tagged before the first grant, which covers all objects that lack it."""
    aws = objects({"a": acl("READ"), "b": acl(), "c": acl("FULL_CONTROL")})
    assert proposed(READ, aws).steps == (
        ChangeTags(
            address=ADDRESS,
            stage=Stage.MARK,
            because="record that objects have grants, before the first grant",
            line=6,
            changes=(Change("tags.cfstream:acl", None, "E2OAI"),),
            call=Call(
                "cloudfront",
                "tag_resource",
                {
                    "Resource": DISTRIBUTION_ARN,
                    "Tags": {"Items": [{"Key": "cfstream:acl", "Value": "E2OAI"}]},
                },
            ),
        ),
        ProposedGrant(
            address=ADDRESS,
            stage=Stage.GRANT,
            because="2 of 3 objects without exactly READ for the identity",
            line=6,
            changes=(Change("grant.permission", "READ on 1 of 3 objects", "READ on 3 of 3 objects"),),
            edit=edit(USER, "READ"),
        ),
    )


def test_marked_already() -> None:
    """A tagged distribution is not tagged again. New objects alone cause a grant."""
    assert kinds_of(proposed(READ, objects({"a": acl()}, mark="E2OAI")).steps) == [
        ("grant object-acl:lectures", Stage.GRANT)
    ]


def test_all_granted() -> None:
    """If every object has the grant, nothing is done, and no tag is written."""
    assert proposed(READ, objects({"a": acl("READ")})).steps == ()
    assert proposed(READ, objects({})).steps == ()
    assert proposed(FULL, objects({"a": acl("FULL_CONTROL")}, mark="E2OAI")).steps == ()


def test_prefix() -> None:
    """Only objects under the prefix are counted and granted."""
    text = READ.replace("via: object-acl", "via: object-acl, prefix: hls/")
    aws = objects({"hls/a": acl(), "posters/b": acl()}, mark="E2OAI")
    (step,) = proposed(text, aws).steps
    assert isinstance(step, ProposedGrant)
    assert step.edit == edit(USER, "READ", "hls/")
    assert tally(text, aws).total == 1


def test_widening() -> None:
    """FULL_CONTROL instead of READ is a hazard.

    It is not for an object without a grant, or for READ instead of FULL_CONTROL.
    """
    (wider,) = proposed(FULL, objects({"a": acl("READ"), "b": acl()}, mark="E2OAI")).steps
    assert [(hazard.name, hazard.text) for hazard in wider.hazards] == [
        ("widens-grant", "the identity gets FULL_CONTROL instead of less: 1 object")
    ]
    (first,) = proposed(FULL, objects({"b": acl()}, mark="E2OAI")).steps
    (narrower,) = proposed(READ, objects({"a": acl("FULL_CONTROL")}, mark="E2OAI")).steps
    assert first.hazards == narrower.hazards == ()


def test_new_identity() -> None:
    """For an OAI that the plan creates, every object lacks the grant."""
    brought = {
        Address("origin-access-identity", "lectures"): {"id": Ref(MADE), "canonical_user": Ref(MADE, "user")}
    }
    aws = objects({"a": acl(), "b": acl()}, list_cloud_front_origin_access_identities=[])
    marked, granted = proposed(READ, aws, kind_results(brought=brought)).steps
    assert isinstance(marked, ChangeTags)
    assert isinstance(granted, ProposedGrant)
    assert marked.call.params["Tags"]["Items"][0]["Value"] == Ref(MADE)
    assert granted.edit == edit(Ref(MADE, "user"), "READ")
    assert granted.because.startswith("2 of 2 objects")


def test_new_distribution() -> None:
    """A new distribution is created with the tag."""
    aws = objects({"a": acl()}, list_distributions=[])
    assert kinds_of(proposed(READ, aws).steps) == [("grant object-acl:lectures", Stage.GRANT)]


def test_an_identity_with_a_problem_gets_no_grant() -> None:
    """If the identity has a problem, nothing is proposed."""
    assert proposed(READ, objects({"a": acl()}, mark="E9OLD"), KindResults()).steps == ()


def test_identity_named_by_the_spec() -> None:
    """If the spec names an identity by its id, the grants to that one count."""
    grants = [{"Grantee": {"Type": "CanonicalUser", "ID": "9" * 96}, "Permission": "READ"}]
    aws = objects({"a": {"Owner": {"ID": "0"}, "Grants": grants}})
    assert tally(READ.replace("oai: {}", "oai: {id: E9OLD}"), aws).granted == 1


def test_one_identity_after_another() -> None:
    """The tag lists both identities until the former one's grants are revoked. Then it lists the wanted one."""
    aws = objects({"a": acl()}, mark="E9OLD", own=signed(oai="E9OLD"))
    steps = proposed(READ, aws).steps
    assert kinds_of(steps) == [
        ("modify object-acl:lectures", Stage.MARK),
        ("grant object-acl:lectures", Stage.GRANT),
        ("revoke object-acl:lectures", Stage.REVOKE),
        ("modify object-acl:lectures", Stage.UNMARK),
    ]
    assert [step.changes[0].after for step in (steps[0], steps[3])] == ["E9OLD E2OAI", "E2OAI"]
    assert isinstance(steps[2], Revoke)
    assert steps[2].edit == edit("9" * 96, None)


def test_the_tag_lists_an_identity_that_the_plan_creates() -> None:
    """The tag may list an identity that the plan creates, beside the former one."""
    brought = {
        Address("origin-access-identity", "lectures"): {"id": Ref(MADE), "canonical_user": Ref(MADE, "user")}
    }
    aws = objects({"a": acl()}, "E9OLD", list_cloud_front_origin_access_identities=[FORMER])
    steps = proposed(READ, aws, kind_results(brought=brought)).steps
    assert steps[0].changes[0].after == Joined(("E9OLD ", Ref(MADE)))


def test_not_on_objects_any_more() -> None:
    """If the grant moves to the policy, all objects are searched for grants, and the tag is removed last."""
    steps = proposed(BY_POLICY, objects({"a": acl("READ")}, mark="E2OAI")).steps
    assert kinds_of(steps) == [
        ("revoke object-acl:lectures", Stage.REVOKE),
        ("modify object-acl:lectures", Stage.UNMARK),
    ]
    assert isinstance(steps[0], Revoke)
    assert isinstance(steps[1], ChangeTags)
    assert steps[0].edit == edit(USER, None)
    assert steps[1].call == Call(
        "cloudfront", "untag_resource", {"Resource": DISTRIBUTION_ARN, "TagKeys": {"Items": ["cfstream:acl"]}}
    )
    assert proposed(BY_POLICY, objects({"a": acl("READ")})).steps == ()


def test_grants_to_a_deleted_identity() -> None:
    """Grants to a deleted identity have no effect, so only the tag is removed."""
    result = proposed(BY_POLICY, objects({}, mark="EGONE"))
    assert kinds_of(result.steps) == [("modify object-acl:lectures", Stage.UNMARK)]
    assert result.notices[0].text == "the identity EGONE was deleted: its grants on objects have no effect"


def test_acls_disabled() -> None:
    """Grants cannot be revoked while ACLs are disabled, so the tag stays."""
    aws = objects({}, "E2OAI", get_bucket_ownership_controls=s3()["get_bucket_ownership_controls"])
    result = proposed(BY_POLICY, aws)
    assert result.steps == ()
    assert "without effect while ACLs are disabled" in result.notices[0].text


def test_other_bucket() -> None:
    """If the spec names another bucket, grants in the old one are revoked last."""
    aws = objects(
        {"a": acl("READ")}, "E2OAI", signed(oai="E2OAI", bucket="old-media"), head_bucket={"BucketRegion": ""}
    )
    (step,) = proposed(READ, aws).steps
    assert isinstance(step, Revoke)
    assert str(step.id) == "revoke object-acl:lectures/old-media"
    assert step.edit == edit(USER, None, bucket="old-media")


def test_counts() -> None:
    """Objects are counted by the identity's permissions.

    A deleted object does not count, an unreadable one counts as not granted.
    """
    counted = tally(
        READ,
        objects(
            {
                "exact": acl("READ"),
                "more": acl("READ", "READ_ACP"),
                "none": acl(public=True),
                "gone": missing("NoSuchKey"),
                "closed": denied("s3:GetObjectAcl"),
            }
        ),
    )
    assert (counted.total, counted.granted, counted.otherwise, counted.public) == (4, 1, 1, 1)


def test_relied_on() -> None:
    """A plan relies on the number of objects, and on which of them are granted, but on nothing else."""

    def relied(acls: dict[str, Any], text: str = READ) -> Any:
        return proposed(text, objects(acls, mark="E2OAI")).relied_on

    one = relied({"a": acl("READ"), "b": acl()})
    assert one == relied({"b": acl(public=True), "a": acl("READ")})
    assert one != relied({"a": acl(), "b": acl("READ")})
    assert one != relied({"a": acl("READ"), "b": acl(), "c": acl()})
    assert relied({"a": acl()}, BY_POLICY) == ()


class OneChunkReads:
    """Reads that allow only one chunk of ACLs at a time."""

    def __init__(self, inner: Live, most: int) -> None:
        self._inner = inner
        self._most = most

    def read(self, call: Call) -> Json:
        return self._inner.read(call)

    def items(self, call: Call) -> Any:
        return self._inner.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._inner.pages(call)

    def together(self, calls: Any) -> tuple[Answer, ...]:
        assert len(calls) <= self._most
        return self._inner.together(calls)


@pytest.mark.parametrize("count", [CHUNK - 1, CHUNK, 2 * CHUNK + 1])
def test_read_in_chunks(count: int) -> None:
    """ACLs are read in chunks, and none is left out."""
    aws = OneChunkReads(objects({f"{number:04}": acl("READ") for number in range(count)}), CHUNK)
    assert tally(READ, aws).granted == count


UNREAD = (
    f"the ACLs of the objects in {BUCKET} were not read, and one may let anyone read. To read them: "
    "cfstream verify lectures.yaml, or plan with --all-objects"
)


@pytest.mark.parametrize("grant", ["", "grant: {via: elsewhere}\n"])
def test_all_objects_reads_the_acls_for_every_grant(grant: str) -> None:
    """A plan with --all-objects knows of public objects, however CloudFront is granted access."""
    aws = objects({"a": acl(public=True), "b": acl()}, **s3(ownership="ObjectWriter", block=NONE))
    here = replace(context(SPEC + grant), all_objects=True)
    seen = KIND.observe(aws, LiveState(AccountLists(aws), here), KIND.desire(here))
    assert seen.acls.complete
    assert [each.keys for each in seen.acls.classes if each.grants] == [("a",)]
    assert [each.text for each in proposal(KIND, here, aws, kind_results()).notices] == []


@pytest.mark.parametrize(
    ("settings", "texts"),
    [
        ({"ownership": "ObjectWriter", "block": NONE}, [UNREAD]),
        ({"ownership": "ObjectWriter", "block": ALL}, []),
        ({"ownership": "ObjectWriter", "block": NONE, "account_block": ALL}, []),
        ({"ownership": "BucketOwnerEnforced", "block": NONE}, []),
    ],
)
@pytest.mark.parametrize("grant", ["", "grant: {via: elsewhere}\n"])
def test_a_plan_shows_that_it_did_not_read_the_acls(grant: str, settings: Any, texts: list[str]) -> None:
    """There is no notice if no ACL can let anyone read: ACLs are disabled, or public ones are ignored."""
    found = proposed(SPEC + grant, objects({"a": acl(public=True)}, **s3(**settings))).notices
    assert [each.text for each in found] == texts


def test_acls_that_cannot_be_read() -> None:
    """An object whose ACL is denied may be public."""
    aws = objects({"a": denied("s3:GetObjectAcl"), "b": acl()}, **s3(ownership="ObjectWriter", block=NONE))
    here = replace(context(SPEC), all_objects=True)
    (found,) = proposal(KIND, here, aws, kind_results()).notices
    assert found.warning
    assert found.text.startswith(f"the ACLs of 1 object in {BUCKET} could not be read")
