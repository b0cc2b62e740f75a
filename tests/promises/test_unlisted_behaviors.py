"""Live behaviors that the spec does not name: they stay and the plan lists them, or they are deleted on request."""

from tests.world.account import Json, SandboxAccount
from tests.world.plans import changes, hazards, steps
from tests.world.specs import signed

NAMED: Json = {"path": "/posters/*", "public": True}


def paths(account: SandboxAccount) -> list[str]:
    """The path patterns that are live, in their order."""
    return [each["PathPattern"] for each in account.config()["CacheBehaviors"].get("Items", [])]


def test_unlisted_behaviors_stay_and_are_listed(account: SandboxAccount) -> None:
    """A behavior that leaves the spec gets the default signers, and the plan lists it as one that stays."""
    account.converge(signed(http={"behaviors": [NAMED]}), allow=["makes-public"])
    account.converge(signed())
    planned = account.stack(signed())
    assert steps(account.plan(signed())) == []
    assert [each.text for each in planned.notices if "does not name" in each.text] == [
        "behaviors that the spec does not name stay: /posters/*: the signers of the default behavior"
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
    account.converge(document)
    assert paths(account) == ["/clips/*", "/api/*"]


def test_a_deletion_that_opens_a_path_is_a_hazard(account: SandboxAccount) -> None:
    """The next behavior that matches applies to the paths of a deleted one: here a public default behavior."""
    behaviors = [{"path": "/private/*", "trusted_signers": ["self"]}]
    public = {"version": 1, "name": "lectures", "bucket": "media", "public": True}
    account.converge({**public, "http": {"behaviors": behaviors}}, allow=["makes-public"])
    document = {**public, "http": {"unlisted_behaviors": "delete"}}
    assert hazards(account.stack(document)) == ["makes-public"]
    kept = account.stack(public)
    assert [each.text for each in kept.notices if "does not name" in each.text] == [
        "behaviors that the spec does not name stay: /private/*: account self"
    ]
    account.converge(document, allow=["makes-public"])
    assert paths(account) == []
