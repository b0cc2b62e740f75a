"""The regions of buckets that the spec does not name, or no longer names.

botocore follows S3's redirects when it reads, so a read that succeeds does not show where the bucket is. A write is
never redirected (see `aws/sessions`): without the right region it fails. HeadBucket's reply has the region.
"""

from collections.abc import Mapping, Sequence

from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.ports import Reads
from cfstream.stack.bucket import bucket_call
from cfstream.stack.context import StackContext


def bucket_regions(aws: Reads, context: StackContext, names: Sequence[str]) -> Mapping[str, str]:
    """Return the region of each bucket by name; those that do not exist, or do not show their region, are left out.

    Makes HeadBucket for each. Raises the refusal of any other read.
    """
    answers = aws.together([bucket_call(context, "head_bucket", context.region, name) for name in names])
    found = {}
    for name, answer in zip(names, answers, strict=True):
        if not isinstance(answer, Refused):
            found[name] = str(answer.get("BucketRegion") or context.region)
        elif answer.region:
            found[name] = answer.region
        elif not isinstance(answer, Missing | NotAuthorized):
            raise answer
    return found
