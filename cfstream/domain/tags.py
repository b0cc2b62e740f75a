"""The calls that read and write the tags of a distribution, and the parsing of their replies."""

from collections.abc import Iterable, Mapping

from cfstream.domain.listing import items
from cfstream.ports import Call
from cfstream.values import Json, Known


def tags_of(reply: Json) -> dict[str, str]:
    """Return the tags in a reply to ListTagsForResource."""
    return by_key(items(reply.get("Tags")))


def by_key(tags: Iterable[Json]) -> dict[str, str]:
    """Return tags as a mapping. AWS omits empty values."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def read_tags(arn: Known) -> Call:
    """Return the call that reads the tags of a distribution."""
    return Call("cloudfront", "list_tags_for_resource", {"Resource": arn})


def put_tags(arn: Known, tags: Mapping[str, Known]) -> Call:
    """Return the call that adds tags or changes their values."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return Call("cloudfront", "tag_resource", {"Resource": arn, "Tags": {"Items": listed}})


def remove_tag(arn: Known, key: str) -> Call:
    """Return the call that removes a tag."""
    return Call("cloudfront", "untag_resource", {"Resource": arn, "TagKeys": {"Items": [key]}})
