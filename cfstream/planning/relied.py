"""Find what a plan relies on besides its own resources: everything else that leads to the bucket. Pure."""

from collections.abc import Iterator
from dataclasses import asdict

from cfstream.access.model import AccessModel
from cfstream.access.origins import leading
from cfstream.domain import Distribution, deciding
from cfstream.stack.bucket import LiveBucket
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults, Relied
from cfstream.values import Address, Json, digest, plain


def relied_on_others(context: StackContext, results: KindResults, model: AccessModel) -> tuple[Relied, ...]:
    """Return what access uses of each other distribution that reads the bucket, and of multi-Region access points.

    A saved plan is stale if a distribution gets other origins, behaviors or signers, or starts to read the bucket; if
    its OAC starts or stops to sign; or if the policy of an access point changes. The bucket itself covers its own
    access points. `model` is what is live.
    """
    return (*_distributions(context, model), *_access_points(context, model, results.observed(LiveBucket)))


def _distributions(context: StackContext, model: AccessModel) -> Iterator[Relied]:
    for each in leading(model):
        if each.id != model.own:
            address = Address(each.delivery.kind, context.name, str(plain(each.id)))
            content = {**deciding(each), "unsigned_controls": _unsigned(model, each)}
            yield Relied(address, digest(content), document=content)


def _unsigned(model: AccessModel, distribution: Distribution) -> list[str]:
    """The OACs of its origins that do not sign: S3 then sees a request of anyone."""
    used = {str(plain(each.oac_id)) for each in distribution.origins}
    return sorted(used & {str(plain(each)) for each in model.unsigned_controls})


def _access_points(context: StackContext, model: AccessModel, bucket: LiveBucket) -> Iterator[Relied]:
    covered = {each.arn for each in bucket.access_points}
    for each in model.bucket.access_points:
        if each.arn not in covered:
            content: Json = asdict(each)
            yield Relied(Address("bucket", context.name, each.name), digest(content), document=content)
