"""Whole plans of one stack in an AWS in memory: what the kinds propose, judged."""

from collections.abc import Mapping, Sequence
from typing import Any

from cfstream.kinds import KINDS
from cfstream.planning.draft import draft, stack_plan
from cfstream.planning.exposure import Exposure
from cfstream.planning.plan import StackPlan
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.live_state import LiveState
from cfstream.steps.grant import GrantRead
from cfstream.values import Json
from tests.unit.kinds.live import Live, context, live, ours
from tests.unit.kinds.s3 import BUCKET, OAI, s3

HEAD = f"version: 1\nname: lectures\nbucket: {BUCKET}\n"
OAC = HEAD + "trusted_signers: [self]\noac: {}\n"
BY_OAI = HEAD + "trusted_signers: [self]\noai: {}\n"
PUBLIC = HEAD + "public: true\n"
ON_OBJECTS = BY_OAI + "grant: {via: object-acl}\n"

GROUPS = [
    {"KeyGroup": {"Id": f"G{number}", "KeyGroupConfig": {"Name": name, "Items": [f"K{number}"]}}}
    for number, name in enumerate(("lectures-signers", "newsroom-signers"), 1)
]
FORMER = {"Id": "E9OLD", "S3CanonicalUserId": "9" * 96, "Comment": "made by hand"}
CONTROL = {
    "Id": "E3OAC",
    "Name": "cfstream-lectures",
    "Description": "cfstream:lectures",
    "OriginAccessControlOriginType": "s3",
    "SigningBehavior": "always",
    "SigningProtocol": "sigv4",
}
TO_OAI = {"Grantee": {"Type": "CanonicalUser", "ID": OAI["S3CanonicalUserId"]}, "Permission": "READ"}
TO_ALL = {
    "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
    "Permission": "READ",
}


def planned(text: str, aws: Live) -> StackPlan:
    """Return the plan of one stack in an account."""
    here = context(text)
    wants: dict[str, Any] = {kind.name: kind.desire(here) for kind in KINDS}
    state = LiveState(AccountLists(aws), here)
    lives = {kind.name: kind.observe(aws, state, wants[kind.name]) for kind in KINDS}
    return stack_plan(draft(here, wants, lives, state.own), ())


def account(own: Json | None = None, others: Sequence[Json] = (), mark: str = "", **replies: Any) -> Live:
    """Return an account with the stack's distribution, if it has one, and with others.

    `mark` are the OAIs that the distribution's tag lists as granted on objects.
    """
    found = {
        **(ours(own, others) if own else {"list_distributions": list(others)}),
        "list_origin_access_controls": [CONTROL],
        **s3(**{"list_cloud_front_origin_access_identities": [OAI, FORMER], **replies}),
    }
    if own and mark:
        found["list_tags_for_resource"] = _tags(
            {own["ARN"]: {"cfstream:name": "lectures", "cfstream:acl": mark}}
        )
    return live(**found)


def _tags(of: Mapping[str, Mapping[str, str]]) -> Any:
    def answer(params: Json) -> Json:
        tags = of.get(params["Resource"], {})
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}}

    return answer


def on_objects(*grants: Json, **more: Any) -> dict[str, Any]:
    """Return replies of a bucket that has one object with these grants."""
    return {
        "ownership": "BucketOwnerPreferred",
        "list_objects_v2": {"Contents": [{"Key": "a.mp4"}]},
        "get_object_acl": {"Owner": {"ID": "0"}, "Grants": list(grants)},
        **more,
    }


def exposure(text: str, own: Json | None = None, others: Sequence[Json] = (), **replies: Any) -> Exposure:
    """Return who can read a stack before and after its plan, in an account with two key groups."""
    return planned(text, account(own, others, list_key_groups=GROUPS, **replies)).exposure


def opening_texts(seen: Exposure) -> list[str]:
    """Return the texts of the openings."""
    return [each.text for each in seen.openings]


def grants_of(plan: StackPlan) -> list[GrantRead]:
    """Return the grants of a plan in their order."""
    return [step for step in plan.steps if isinstance(step, GrantRead)]


def hazards_of(plan: StackPlan) -> list[tuple[str, str]]:
    """Return the names of a plan's hazards with their steps."""
    return [(hazard.name, str(step)) for hazard, step in plan.hazards]


def texts(plan: StackPlan, name: str) -> list[str]:
    """Return the texts of a plan's hazards of one name."""
    return [hazard.text for hazard, _ in plan.hazards if hazard.name == name]
