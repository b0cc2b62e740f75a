"""Tags of distributions."""

from typing import Any

import pytest

from tests.world.configs import BUCKET, Json, config, make, make_key, refused


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """The bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _tags(**tags: str) -> Json:
    return {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _read(cloudfront: Any, arn: str) -> dict[str, str]:
    items = cloudfront.list_tags_for_resource(Resource=arn)["Tags"]["Items"]
    return {item["Key"]: item["Value"] for item in items}


def test_tags_come_with_the_creating_call(cloudfront: Any) -> None:
    """CreateDistributionWithTags creates and tags in one call."""
    both = {"DistributionConfig": config(), "Tags": _tags(team="media")}
    created = cloudfront.create_distribution_with_tags(DistributionConfigWithTags=both)["Distribution"]
    assert _read(cloudfront, created["ARN"]) == {"team": "media"}


def test_a_refused_create_leaves_nothing(cloudfront: Any) -> None:
    """With invalid tags, no distribution is created."""
    both = {"DistributionConfig": config(), "Tags": _tags(**{"aws:team": "media"})}
    with refused("InvalidTagging", 400):
        cloudfront.create_distribution_with_tags(DistributionConfigWithTags=both)
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 0


def test_tagging_merges(cloudfront: Any) -> None:
    """TagResource adds and changes tags, and others stay. UntagResource removes the named ones."""
    arn = make(cloudfront)["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags=_tags(team="media", stage="test"))
    cloudfront.tag_resource(Resource=arn, Tags=_tags(stage="live"))
    assert _read(cloudfront, arn) == {"team": "media", "stage": "live"}
    cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["team", "never there"]})
    assert _read(cloudfront, arn) == {"stage": "live"}


def test_a_tag_may_have_no_value(cloudfront: Any) -> None:
    """An omitted value reads back empty, like an empty one."""
    arn = make(cloudfront)["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "a"}, {"Key": "b", "Value": ""}]})
    assert _read(cloudfront, arn) == {"a": "", "b": ""}


def test_fifty_tags_at_most(cloudfront: Any) -> None:
    """The fifty-first is InvalidTagging, and no tag of that call is kept."""
    arn = make(cloudfront)["ARN"]
    cloudfront.tag_resource(Resource=arn, Tags=_tags(**{f"key-{number}": "" for number in range(50)}))
    with refused("InvalidTagging", 400):
        cloudfront.tag_resource(Resource=arn, Tags=_tags(**{"key-0": "new", "key-50": ""}))
    assert _read(cloudfront, arn)["key-0"] == ""


@pytest.mark.parametrize("key", ["aws:team", "AWS:team", "semi;colon", "star*"])
def test_tag_keys_that_are_refused(cloudfront: Any, key: str) -> None:
    """Keys that start with aws: are reserved, and some characters are invalid."""
    arn = make(cloudfront)["ARN"]
    with refused("InvalidTagging", 400):
        cloudfront.tag_resource(Resource=arn, Tags=_tags(**{key: ""}))


def test_a_key_once_in_each_call(cloudfront: Any) -> None:
    """A repeated key in a call is InvalidTagging."""
    arn = make(cloudfront)["ARN"]
    twice = [{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}]
    with refused("InvalidTagging", 400):
        cloudfront.tag_resource(Resource=arn, Tags={"Items": twice})


def test_resources_that_cannot_be_tagged(cloudfront: Any) -> None:
    """Public keys and similar resources have no tags.

    An unknown ARN is NoSuchResource, other text is InvalidArgument.
    """
    arn = f"arn:aws:cloudfront::123456789012:public-key/{make_key(cloudfront)}"
    with refused("NoSuchResource", 404):
        cloudfront.tag_resource(Resource=arn, Tags=_tags(team="media"))
    with refused("NoSuchResource", 404):
        cloudfront.list_tags_for_resource(
            Resource="arn:aws:cloudfront::123456789012:distribution/E00000000000NO"
        )
    with refused("InvalidArgument", 400):
        cloudfront.list_tags_for_resource(Resource="media")
