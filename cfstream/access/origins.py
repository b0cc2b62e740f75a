"""What an origin leads to, and who CloudFront's requests for it come from, for S3. Pure."""

import re
from collections.abc import Mapping

from cfstream.access.model import AccessModel
from cfstream.access.policy import Requester, anonymous, distribution, oai
from cfstream.access.reader import Reader, ReaderKind
from cfstream.domain import Delivery, Distribution, Origin
from cfstream.domain.distribution import OriginKind, buckets, origin_kinds
from cfstream.indexed import having
from cfstream.values import Known

_S3_ENDPOINT = re.compile(r"(?:^|[.-])s3[.-].*amazonaws\.com(?:\.cn)?$")

_RECOGNISED = frozenset({OriginKind.BUCKET, OriginKind.WEBSITE})
"""Origins whose name shows the bucket."""

_UNRECOGNISED = tuple(kind for kind in OriginKind if kind not in _RECOGNISED)


def leads_to(model: AccessModel, origin: Origin) -> bool:
    """Return whether an origin reads the bucket: by its name, or by the alias of one of its access points."""
    if origin.bucket is not None:
        return origin.bucket == model.bucket.name
    return origin.alias is not None and origin.alias in {each.alias for each in model.bucket.access_points}


def leading(model: AccessModel) -> list[Distribution]:
    """Return the distributions with an origin that leads to the bucket, in no particular order."""
    found = [
        *having(model.distributions, buckets, model.bucket.name),
        *having(model.distributions, origin_kinds, OriginKind.ACCESS_POINT),
        *having(model.distributions, origin_kinds, OriginKind.MULTI_REGION_ACCESS_POINT),
    ]
    unique = {each.id: each for each in found}
    return [each for each in unique.values() if any(leads_to(model, origin) for origin in each.origins)]


def judged_by_origins(model: AccessModel, reader: Reader) -> bool:
    """Return whether a reader is a distribution of the account that reads by its known origins, or not at all."""
    own = f":cloudfront::{model.account}:"
    if reader.kind is not ReaderKind.DISTRIBUTION or own not in str(reader.name):
        return False
    found = next(iter(having(model.distributions, _arns, reader.name)), None)
    if found is None:
        return True
    known = found.id == model.own or any(leads_to(model, origin) for origin in found.origins)
    return known and not unrecognised_origins(model, found)


def unrecognised_origins(model: AccessModel, distribution: Distribution) -> tuple[Origin, ...]:
    """Return the origins of a distribution that may lead to the bucket in a way that is not recognised.

    If a cfstream stack owns it, origins that only its signers reach are left out.
    """
    owned = distribution.id == model.own or distribution.id in model.stacks
    counted = (each for each in distribution.behaviors if not (owned and each.signers))
    reached = {origin for each in counted if distribution.enabled for origin in each.origins}
    return tuple(each for each in distribution.origins if each in reached and _perhaps_leads_to(model, each))


def _perhaps_leads_to(model: AccessModel, origin: Origin) -> bool:
    """Return whether CloudFront signs its requests to the origin, and S3 may answer for the bucket under that name.

    An access point, one of another account included, an Object Lambda access point, and other endpoints of S3 can all
    lead to it (S3 User Guide, "Using an alias for your access point", "Methods for accessing a general purpose
    bucket").
    """
    if origin.kind in _RECOGNISED or leads_to(model, origin) or not control(origin, model):
        return False
    if origin.kind in (OriginKind.ACCESS_POINT, OriginKind.MULTI_REGION_ACCESS_POINT):
        return True
    name = origin.domain_name.lower()
    return name == model.bucket.name or _S3_ENDPOINT.search(name) is not None


def unplaced(model: AccessModel) -> Mapping[Known, tuple[Origin, ...]]:
    """Return the distributions, by ARN, that may read the bucket through origins that are not recognised."""
    # Most distributions only read buckets by their names, which are recognised.
    odd = [each for kind in _UNRECOGNISED for each in having(model.distributions, origin_kinds, kind)]
    found = {each.arn: unrecognised_origins(model, each) for each in odd}
    return {arn: origins for arn, origins in found.items() if origins}


def _arns(distribution: Distribution) -> tuple[Known, ...]:
    return (distribution.arn,)


def control(origin: Origin, model: AccessModel) -> Known:
    """Return the OAC that signs an origin's requests; empty if there is none, or if it does not sign."""
    return "" if origin.oac_id in model.unsigned_controls else origin.oac_id


def requester_of(model: AccessModel, through: Distribution, origin: Origin) -> Requester:
    """Return the requester, for S3, when CloudFront reads an origin for a distribution."""
    if origin.oai_id:
        users = [user for user, known in model.identities.items() if known == origin.oai_id]
        return oai(origin.oai_id, users[0] if users else "")
    if through.delivery is Delivery.HTTP and control(origin, model):
        return distribution(through.arn, model.account)
    return anonymous()
