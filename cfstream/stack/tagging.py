"""The tags of a distribution: the name of its stack, the spec's tags, and the mark of object grants."""

from typing import Any

from cfstream.domain import ACL_TAG, NAME_TAG, LiveDistribution
from cfstream.domain.tags import put_tags
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults
from cfstream.steps.adopt import AdoptTags
from cfstream.steps.step import Change, Stage
from cfstream.steps.tags import ChangeTags


def creation_tags(context: StackContext, results: KindResults) -> list[dict[str, Any]]:
    """Return the tags of the create call. They are in that call so that no distribution is ever without its name."""
    spec = context.stack.spec
    tags: dict[str, Any] = {**(spec.tags or {}), NAME_TAG: context.name}
    if spec.grant.via == "object-acl":
        tags[ACL_TAG] = results.get(context.address("origin-access-identity"))
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def creation_tag_changes(context: StackContext) -> tuple[Change, ...]:
    """Return the tags of the spec as changes. cfstream's own tags are not fields of the spec."""
    return tuple(
        Change(f"tags.{key}", None, value) for key, value in sorted((context.stack.spec.tags or {}).items())
    )


def adopting(context: StackContext, live: LiveDistribution) -> bool:
    """Return whether the spec adopts the distribution, and it does not have the stack's name yet."""
    return context.stack.spec.adopt == live.id and live.tag(NAME_TAG) != context.name


def tag_step(context: StackContext, live: LiveDistribution, *, others: bool) -> ChangeTags | None:
    """Return the step that adds or changes tags, or None. Tags of others are never removed.

    An adopted distribution gets the name of the stack with its first other write (`others`, or a tag of the spec): a
    missing name alone does not cause a step. A distribution that the stack created gets a lost name back at once.
    """
    wanted = context.stack.spec.tags or {}
    missing = {key: value for key, value in wanted.items() if live.tag(key) != value}
    asked = bool(missing)
    adopted = adopting(context, live)
    if others or asked or not adopted:
        missing |= {NAME_TAG: context.name} if live.tag(NAME_TAG) != context.name else {}
    if not missing:
        return None
    kind_of_step = AdoptTags if adopted else ChangeTags
    return kind_of_step(
        address=context.address(live.delivery.kind),
        stage=Stage.SWITCH,
        because="tags" if asked or adopted else f"the tag {NAME_TAG} is missing",
        line=context.stack.line("tags" if asked else "adopt" if adopted else "name"),
        changes=tuple(Change(f"tags.{key}", live.tag(key), value) for key, value in sorted(missing.items())),
        call=put_tags(live.arn, dict(sorted(missing.items()))),
        seen=live.tags or {},
    )
