"""Checks whether a resource can be deleted by id, and deletes it."""

from cfstream.domain import NAME_TAG
from cfstream.domain.tags import read_tags, tags_of
from cfstream.errors import Stale, WrongUsage
from cfstream.inventory.deployment import context_of
from cfstream.inventory.lookup import Found
from cfstream.ports import Reads, World
from cfstream.stack.identities import users_of_identity
from cfstream.stack.owned import owner_by_mark
from cfstream.stack.owners import all_distributions
from cfstream.steps.delete import Delete
from cfstream.steps.step import Stage
from cfstream.values import Address, ETag


def removal(aws: Reads, found: Found, if_match: str | None) -> Delete:
    """Return the step that deletes a resource in its current version or, with `if_match`, only in that version.

    Raises WrongUsage for a distribution that is enabled or not Deployed, and for an identity in use. Raises Stale if
    the live ETag is not `if_match`.
    """
    if if_match is not None and if_match != found.etag:
        raise Stale(
            f"{found.name} changed: its ETag is {found.etag}, not {if_match}",
            f"review it: cfstream show {found.id}",
        )
    _must_be_off(found) if found.shown.deployed else _must_be_unused(aws, found)
    return Delete(
        address=Address(found.kind, owner_of(aws, found) or found.id),
        stage=Stage.DELETE_IDENTITY,
        because="requested by id",
        call=found.shown.delete(found.id),
        read=found.shown.get_config(found.id),
        content=found.shown.config,
        base=found.config,
        etag=ETag(if_match) if if_match else None,
    )


def remove(world: World, step: Delete) -> None:
    """Delete it. Raises Stale if it changed since it was read, or Refused if it is in use."""
    step.perform(context_of(world))


def owner_of(aws: Reads, found: Found) -> str | None:
    """Return the name of the stack that owns it."""
    if not found.shown.deployed:
        return owner_by_mark(found.config.get("Comment") or "")
    tags = aws.read(read_tags(found.live["ARN"]))
    return tags_of(tags).get(NAME_TAG)


def _must_be_off(found: Found) -> None:
    if found.config["Enabled"]:
        raise WrongUsage(
            f"{found.name} is enabled: viewers may be using it, and CloudFront only deletes disabled distributions",
            "disable it first: set `enabled: false` in its spec, and run cfstream apply",
        )
    if found.live["Status"] != "Deployed":
        raise WrongUsage(
            f"{found.name} is disabled, but not Deployed yet: {found.live['Status']}",
            f"run: cfstream wait {found.id}\nthen delete it",
        )


def _must_be_unused(aws: Reads, found: Found) -> None:
    users = users_of_identity(found.id, all_distributions(aws))
    if users:
        raise WrongUsage(
            f"{found.name} is still used by {', '.join(users)}",
            "give those distributions another origin access first",
        )
