"""Live behaviors that the spec does not name: they stay and the plan lists them, or they are deleted on request."""

from cfstream.planning import StackPlan
from tests.world.account import SandboxAccount
from tests.world.plans import changes, hazards, steps
from tests.world.specs import Json, signed

NAMED: Json = {"path": "/posters/*", "public": True}


def paths(account: SandboxAccount) -> list[str]:
    """The path patterns that are live, in their order."""
    return [each["PathPattern"] for each in account.config()["CacheBehaviors"].get("Items", [])]


def unlisted(planned: StackPlan) -> list[str]:
    """What a plan says about unlisted behaviors."""
    start = "unlisted behavior "
    return [each.text.removeprefix(start) for each in planned.notices if each.text.startswith(start)]


def test_unlisted_behaviors_stay_and_are_listed(account: SandboxAccount) -> None:
    """A behavior that leaves the spec gets the default signers, and the plan lists it, with who can read by it."""
    account.converge(signed(http={"behaviors": [NAMED]}), allow=["makes-public"])
    signers = "it stays, and gets the signers of the default behavior"
    readers = "It accepts unsigned URLs from anyone; after apply, URLs signed by this account"
    assert unlisted(account.stack(signed())) == [f"/posters/*: {signers}. {readers}"]
    account.converge(signed())
    assert steps(account.plan(signed())) == []
    assert unlisted(account.stack(signed())) == [
        "/posters/*: it stays. It accepts URLs signed by this account"
    ]
    assert paths(account) == ["/posters/*"]


def test_unlisted_behaviors_are_deleted_on_request(account: SandboxAccount) -> None:
    """Only those that lead to the bucket and that the spec does not name."""
    behaviors = [NAMED, {"path": "/clips/*"}, {"path": "/live/*"}]
    account.converge(signed(http={"behaviors": behaviors}), allow=["makes-public"])

    def add_api(config: Json) -> None:
        origin = {
            "Id": "api",
            "DomainName": "api.example.org",
            "OriginPath": "",
            "CustomHeaders": {"Quantity": 0},
            "CustomOriginConfig": {
                "HTTPPort": 80,
                "HTTPSPort": 443,
                "OriginProtocolPolicy": "https-only",
                "OriginReadTimeout": 30,
                "OriginKeepaliveTimeout": 5,
            },
        }
        config["Origins"] = {"Quantity": 2, "Items": [*config["Origins"]["Items"], origin]}
        named = config["CacheBehaviors"]["Items"]
        api = {**named[0], "PathPattern": "/api/*", "TargetOriginId": "api"}
        config["CacheBehaviors"] = {"Quantity": 4, "Items": [*named, api]}

    account.edit(add_api)
    document = signed(http={"unlisted_behaviors": "delete", "behaviors": [{"path": "/clips/*"}]})
    planned = account.stack(document)
    assert changes(planned) == {
        "http.behaviors[/posters/*]": ({"public": True}, None),
        "http.behaviors[/live/*]": ({"trusted_signers": ["self"]}, None),
    }
    assert hazards(planned) == []
    rest = "After apply, the next behavior that matches serves its paths"
    assert unlisted(planned) == [
        f"/live/*: it will be deleted. It accepts URLs signed by this account. {rest}",
        f"/posters/*: it will be deleted. It accepts unsigned URLs from anyone. {rest}",
    ]
    account.converge(document)
    assert paths(account) == ["/clips/*", "/api/*"]
    assert unlisted(account.stack(document)) == []


def test_a_deletion_that_opens_a_path_is_a_hazard(account: SandboxAccount) -> None:
    """The next behavior that matches applies to the paths of a deleted one: here a public default behavior."""
    behaviors = [{"path": "/private/*", "trusted_signers": ["self"]}]
    public = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    account.converge({**public, "http": {"behaviors": behaviors}}, allow=["makes-public"])
    document = {**public, "http": {"unlisted_behaviors": "delete"}}
    assert hazards(account.stack(document)) == ["makes-public"]
    kept = account.stack(public)
    assert unlisted(kept) == ["/private/*: it stays. It accepts URLs signed by this account"]
    account.converge(document, allow=["makes-public"])
    assert paths(account) == []
