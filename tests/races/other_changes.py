"""Changes of distributions and key groups that another client makes during a grant, each with a name."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, behavior_of, listing, signers
from tests.world.specs import Json

Change = Callable[[SandboxAccount], None]

CONSOLE = {"Id": "console", "DomainName": "media.s3.us-east-1.amazonaws.com"}
NEIGHBOUR = "neighbour"


def identity(account: SandboxAccount) -> str:
    """Return the id of the shared OAI."""
    return next(iter(account.identities()))


def reading(account: SandboxAccount) -> Json:
    """Return an origin that reads the bucket with the shared OAI."""
    access = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity(account)}"}
    return {**CONSOLE, "S3OriginConfig": access}


def neighbour(account: SandboxAccount) -> str:
    """Return the id of the other distribution."""
    return next(str(row["Id"]) for row in account.distributions() if row["Comment"] == NEIGHBOUR)


def make_neighbour(account: SandboxAccount, **fields: Any) -> None:
    """Create another distribution that reads the bucket with the shared OAI, with signers."""
    by_hand(account, Comment=NEIGHBOUR, Origins=listing(reading(account)), **fields)


def unsign(config: Json) -> None:
    """Remove the signers of the default behavior."""
    config["DefaultCacheBehavior"].update(TrustedSigners=signers(), TrustedKeyGroups=signers())


def more_signers(config: Json) -> None:
    """Add another account to the signers, or replace key groups by it."""
    live = behavior_of(config, "")["TrustedSigners"].get("Items", [])
    accounts = signers(*live, "444455556666")
    behavior_of(config, "").update(TrustedSigners=accounts, TrustedKeyGroups=signers())


def reverse(config: Json) -> None:
    """Reverse the order of the behaviors."""
    config["CacheBehaviors"] = listing(*reversed(config["CacheBehaviors"].get("Items", [])))


OPEN: Any = {"TrustedSigners": signers(), "TrustedKeyGroups": signers()}
new_behavior = add_behavior("/b/two*", first=True, **OPEN)


def second_origin(config: Json) -> None:
    """Add an unsigned behavior for the bucket, with an origin that has a path."""
    (first, *rest) = config["Origins"]["Items"]
    config["Origins"] = listing(first, *rest, {**first, "Id": "second", "OriginPath": "/b"})
    add_behavior("/x/*", first=True, **OPEN, TargetOriginId="second")(config)


def other_path(config: Json) -> None:
    """Change the path of the origin, so that an unsigned path leads to other keys."""
    config["Origins"]["Items"][0]["OriginPath"] = "/b"


def ours(change: Callable[[Json], None]) -> Change:
    """Return a change of the stack's own distribution, once it exists."""

    def apply(account: SandboxAccount) -> None:
        if any(row["Comment"] != NEIGHBOUR for row in account.distributions()):
            account.edit(change)

    return apply


def of_other_distribution(change: Callable[[Json], None]) -> Change:
    """Return a change of the other distribution."""
    return lambda account: account.edit(change, id_=neighbour(account))


def a_new_distribution(account: SandboxAccount) -> None:
    """Create an unsigned distribution that reads with the shared OAI."""
    default = {
        "TargetOriginId": "console",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    fields = {"CallerReference": "new", "Comment": "new", "DefaultCacheBehavior": default}
    by_hand(account, Origins=listing(reading(account)), **fields)


def add_key(name: str, *keys: str) -> Change:
    """Add another key to the group."""

    def apply(account: SandboxAccount) -> None:
        if name not in account.groups():
            return
        id_ = account.groups()[name]["Id"]
        live = account.cloudfront.get_key_group_config(Id=id_)
        ids = [account.keys()[key]["Id"] for key in keys]
        config = {**live["KeyGroupConfig"], "Items": sorted({*live["KeyGroupConfig"]["Items"], *ids})}
        account.cloudfront.update_key_group(Id=id_, IfMatch=live["ETag"], KeyGroupConfig=config)

    return apply


OWN: Mapping[str, Change] = {
    "unsigns": ours(unsign),
    "adds an unsigned behavior": ours(new_behavior),
    "adds signers": ours(more_signers),
    "reverses the behaviors": ours(reverse),
    "adds an unsigned origin": ours(second_origin),
    "changes the origin path": ours(other_path),
}

NEIGHBOURS: Mapping[str, Change] = {
    "unsigns the neighbour": of_other_distribution(unsign),
    "adds an unsigned behavior to the neighbour": of_other_distribution(new_behavior),
    "adds signers to the neighbour": of_other_distribution(more_signers),
    "reverses the neighbour's behaviors": of_other_distribution(reverse),
    "adds an unsigned origin to the neighbour": of_other_distribution(second_origin),
    "changes the neighbour's origin path": of_other_distribution(other_path),
    "makes a new distribution": a_new_distribution,
}

FOREIGN_KEY = "foreign"
KEYS: Mapping[str, Change] = {"adds a key to the group": add_key("viewers", FOREIGN_KEY)}
