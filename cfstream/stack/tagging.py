"""The tags of a distribution: the name of its stack, the spec's tags, and the mark of object grants."""

from typing import Any

from cfstream.domain import ACL_TAG, NAME_TAG, LiveDistribution
from cfstream.domain.tags import put_tags
from cfstream.stack.proposal import Landscape
from cfstream.stack.scene import Scene
from cfstream.steps.adopt import AdoptTags
from cfstream.steps.step import Change, Stage
from cfstream.steps.tags import ChangeTags


def creation_tags(scene: Scene, land: Landscape) -> list[dict[str, Any]]:
    """Return the tags of the create call. They are in that call so that no distribution is ever without its name."""
    spec = scene.stack.spec
    tags: dict[str, Any] = {**(spec.tags or {}), NAME_TAG: scene.name}
    if spec.grant.via == "object-acl":
        tags[ACL_TAG] = land.get(scene.address("origin-access-identity"))
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def creation_tag_changes(scene: Scene) -> tuple[Change, ...]:
    """Return the tags of the spec as changes. cfstream's own tags are not fields of the spec."""
    return tuple(
        Change(f"tags.{key}", None, value) for key, value in sorted((scene.stack.spec.tags or {}).items())
    )


def adopting(scene: Scene, live: LiveDistribution) -> bool:
    """Return whether the spec adopts the distribution, and it does not have the stack's name yet."""
    return scene.stack.spec.adopt == live.id and live.tag(NAME_TAG) != scene.name


def tag_step(scene: Scene, live: LiveDistribution, *, others: bool) -> ChangeTags | None:
    """Return the step that adds or changes tags, or None. Tags of others are never removed.

    An adopted distribution gets the name of the stack with its first other write (`others`, or a tag of the spec): a
    missing name alone does not cause a step. A distribution that the stack created gets a lost name back at once.
    """
    wanted = scene.stack.spec.tags or {}
    missing = {key: value for key, value in wanted.items() if live.tag(key) != value}
    asked = bool(missing)
    adopted = adopting(scene, live)
    if others or asked or not adopted:
        missing |= {NAME_TAG: scene.name} if live.tag(NAME_TAG) != scene.name else {}
    if not missing:
        return None
    kind_of_step = AdoptTags if adopted else ChangeTags
    return kind_of_step(
        address=scene.address(live.delivery.kind),
        stage=Stage.SWITCH,
        because="tags" if asked or adopted else f"the tag {NAME_TAG} is missing",
        line=scene.stack.line("tags" if asked else "adopt" if adopted else "name"),
        changes=tuple(Change(f"tags.{key}", live.tag(key), value) for key, value in sorted(missing.items())),
        call=put_tags(live.arn, dict(sorted(missing.items()))),
        seen=live.tags or {},
    )
