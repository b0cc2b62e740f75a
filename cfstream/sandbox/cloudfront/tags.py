"""Tags of distributions of both kinds. Nothing else in this sandbox's CloudFront can be tagged."""

import re

from .records import Distribution, Json
from .refusal import CloudFrontError, demand, refuse_unless
from .shapes import check
from .state import CloudFrontState

_TEXT = re.compile(r"[\w\s.:/=+\-@]*")
_ARN = re.compile(r"arn:aws(-cn)?:cloudfront::[0-9]+:.*")


def judged_tags(state: CloudFrontState, present: dict[str, str], sent: Json) -> dict[str, str]:
    """Return the existing tags, replaced or extended by those sent.

    Raises InvalidTagging for a key that starts with `aws:`, a repeated key, invalid characters, and more than 50 tags.
    """
    check("Tags", sent)
    items = sent.get("Items", ())
    given = {item["Key"]: item.get("Value", "") for item in items}
    refuse_unless(len(given) == len(items), "InvalidTagging", "A tag key is given more than once.")
    for key, value in given.items():
        refuse_unless(
            key and not key.lower().startswith("aws:"), "InvalidTagging", f"The tag key '{key}' is reserved."
        )
        refuse_unless(_TEXT.fullmatch(key) and _TEXT.fullmatch(value), "InvalidTagging")
    merged = present | given
    refuse_unless(
        len(merged) <= state.settings.quota("tags"), "InvalidTagging", "A resource can have 50 tags."
    )
    return merged


class Tags:
    """TagResource, UntagResource, ListTagsForResource. A tag changes neither ETag nor status."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state

    def tag_resource(self, params: Json) -> Json:
        record = self._resource(params["Resource"])
        record.tags = judged_tags(self._state, record.tags, params["Tags"])
        return {}

    def untag_resource(self, params: Json) -> Json:
        record = self._resource(params["Resource"])
        gone = params["TagKeys"].get("Items", ())
        record.tags = {key: value for key, value in record.tags.items() if key not in gone}
        return {}

    def list_tags_for_resource(self, params: Json) -> Json:
        record = self._resource(params["Resource"])
        items = [{"Key": key, "Value": record.tags[key]} for key in sorted(record.tags, key=self._state.rank)]
        return {"Tags": {"Items": items}}

    def _resource(self, arn: str) -> Distribution:
        demand(_ARN.fullmatch(arn), f"The parameter Resource is not a CloudFront ARN: '{arn}'.")
        for record in self._state.both_kinds():
            if record.arn == arn:
                return record
        raise CloudFrontError("NoSuchResource")
