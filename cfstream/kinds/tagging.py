"""The tags of a distribution: whose it is, what the spec adds, and the mark that object grants leave."""

from typing import Any

from cfstream.domain import ACL_TAG, NAME_TAG, LiveDistribution
from cfstream.kinds.kind import Landscape, Scene
from cfstream.ports import Call
from cfstream.steps.step import Change, Stage, Step
from cfstream.steps.tags import Mark


def creation_tags(scene: Scene, land: Landscape) -> list[dict[str, Any]]:
    """The tags that the creating call carries: with them in it no distribution of ours is ever without its name."""
    spec = scene.stack.spec
    tags: dict[str, Any] = {**(spec.tags or {}), NAME_TAG: scene.name}
    if spec.grant.via == "object-acl":
        tags[ACL_TAG] = land.get(scene.address("origin-access-identity"))
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def creation_tag_changes(scene: Scene) -> tuple[Change, ...]:
    """The tags of the spec as changes from nothing; our own marks are no field of the spec."""
    return tuple(
        Change(f"tags.{key}", None, value) for key, value in sorted((scene.stack.spec.tags or {}).items())
    )


def tag_steps(scene: Scene, live: LiveDistribution, *, others: bool) -> tuple[Step, ...]:
    """The step that adds or changes tags; tags that others put there are never taken away.

    The name goes onto an adopted distribution with the first `others` step, and is alone no reason for one.
    """
    wanted = scene.stack.spec.tags or {}
    missing = {key: value for key, value in wanted.items() if live.tag(key) != value}
    asked = bool(missing)
    if (others or asked) and live.tag(NAME_TAG) != scene.name:
        missing[NAME_TAG] = scene.name
    if not missing:
        return ()
    tags = [{"Key": key, "Value": value} for key, value in sorted(missing.items())]
    return (
        Mark(
            address=scene.address(live.delivery.kind),
            stage=Stage.SWITCH,
            because="tags" if asked else f"adopted: from now on it carries the name {scene.name}",
            line=scene.stack.line("tags" if asked else "adopt"),
            changes=tuple(
                Change(f"tags.{key}", live.tag(key), value) for key, value in sorted(missing.items())
            ),
            call=Call("cloudfront", "tag_resource", {"Resource": live.arn, "Tags": {"Items": tags}}),
            seen=live.tags or {},
        ),
    )
