"""What a deletion by id must find before it may be tried, and the step that does it."""

from cfstream.domain import NAME_TAG, Delivery
from cfstream.domain.tags import read_tags, tags_of
from cfstream.errors import Stale, WrongUsage
from cfstream.inventory.deployment import doors_of
from cfstream.inventory.entries import IDENTITY, owner_by_mark, users_of_identity
from cfstream.inventory.lookup import RESOURCES, Found
from cfstream.ports import Call, Reads, World
from cfstream.stack.owners import all_distributions
from cfstream.steps.delete import Delete
from cfstream.steps.step import Stage
from cfstream.values import Address, ETag

DELETES = {
    **{
        delivery.kind: (f"delete_{delivery.operation_noun}", f"get_{delivery.operation_noun}_config")
        for delivery in Delivery
    },
    IDENTITY: (
        "delete_cloud_front_origin_access_identity",
        "get_cloud_front_origin_access_identity_config",
    ),
}
"""The operation that deletes one of each kind, and the one that reads its document with its ETag."""


def removal(aws: Reads, found: Found, if_match: str | None) -> Delete:
    """The step that deletes what was found, as it is now or, with `if_match`, in that version alone.

    Raises WrongUsage for a distribution that is enabled or not yet Deployed, and for an identity in use;
    Stale when the live ETag is not `if_match`.
    """
    if if_match is not None and if_match != found.etag:
        raise Stale(
            f"{found.name} changed: its ETag is {found.etag}, not {if_match}",
            f"look at it with: cfstream show {found.id}",
        )
    _must_be_unused(aws, found) if found.kind == IDENTITY else _must_be_off(found)
    delete, read = DELETES[found.kind]
    return Delete(
        address=Address(found.kind, owner_of(aws, found) or found.id),
        stage=Stage.DELETE_IDENTITY,
        because="asked for by its id",
        call=Call("cloudfront", delete, {"Id": found.id}),
        read=Call("cloudfront", read, {"Id": found.id}),
        content=f"{RESOURCES[found.kind]}Config",
        base=found.config,
        etag=ETag(if_match) if if_match else None,
    )


def remove(world: World, step: Delete) -> None:
    """Deletes. Raises Stale when it changed since it was looked at, Refused when AWS finds a user of it."""
    step.perform(doors_of(world))


def owner_of(aws: Reads, found: Found) -> str | None:
    """The name of the spec that owns what was found."""
    if found.kind == IDENTITY:
        return owner_by_mark(found.config.get("Comment") or "")
    tags = aws.read(read_tags(found.live["ARN"]))
    return tags_of(tags).get(NAME_TAG)


def _must_be_off(found: Found) -> None:
    if found.config["Enabled"]:
        raise WrongUsage(
            f"{found.name} is enabled: viewers may be using it, and CloudFront deletes none that is",
            "disable it first: put `enabled: false` into its spec, and cfstream apply",
        )
    if found.live["Status"] != "Deployed":
        raise WrongUsage(
            f"{found.name} is disabled, but the change is still on its way: {found.live['Status']}",
            f"cfstream wait {found.id}, then delete it",
        )


def _must_be_unused(aws: Reads, found: Found) -> None:
    users = users_of_identity(found.id, all_distributions(aws))
    if users:
        raise WrongUsage(
            f"{found.name} is in use: {', '.join(users)} reads its bucket with it",
            "give those another origin access first",
        )
