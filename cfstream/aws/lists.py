"""How to read each list of AWS to its end: where a reply has its rows and the token of the next page."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from cfstream.errors import Unreachable
from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True)
class Paging:
    """The shape of one list call."""

    rows: tuple[str, ...]
    """The path of the rows in a reply; AWS omits them if there are none."""
    token_out: tuple[str, ...] = ()
    """The path of the token for the next page; the last reply has none."""
    token_in: str = ""
    """The parameter that sends the token."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    further: Mapping[str, str] = field(default_factory=dict)
    """Members that complete the token if one value is not enough, by the parameter that sends them."""


def _cloudfront(name: str, size: str | int = "100") -> Paging:
    # MaxItems is a string in botocore; 100 is its documented maximum. IsTruncated is ignored: half of the lists lack
    # it, and NextMarker has the same information (botocore 1.44.5, cloudfront shapes).
    return Paging((name, "Items"), (name, "NextMarker"), "Marker", {"MaxItems": size})


LISTS: Mapping[tuple[str, str], Paging] = {
    ("cloudfront", "list_distributions"): _cloudfront("DistributionList"),
    ("cloudfront", "list_streaming_distributions"): _cloudfront("StreamingDistributionList"),
    ("cloudfront", "list_cloud_front_origin_access_identities"): _cloudfront(
        "CloudFrontOriginAccessIdentityList"
    ),
    ("cloudfront", "list_origin_access_controls"): _cloudfront("OriginAccessControlList"),
    ("cloudfront", "list_public_keys"): _cloudfront("PublicKeyList"),
    ("cloudfront", "list_key_groups"): _cloudfront("KeyGroupList"),
    ("cloudfront", "list_cache_policies"): _cloudfront("CachePolicyList"),
    ("cloudfront", "list_origin_request_policies"): _cloudfront("OriginRequestPolicyList"),
    ("cloudfront", "list_functions"): _cloudfront("FunctionList"),
    ("cloudfront", "list_response_headers_policies"): _cloudfront("ResponseHeadersPolicyList"),
    ("cloudfront", "list_distributions_by_key_group"): _cloudfront("DistributionIdList"),
    ("cloudfront", "list_conflicting_aliases"): _cloudfront("ConflictingAliasesList", 100),
    ("s3", "list_buckets"): Paging(
        ("Buckets",), ("ContinuationToken",), "ContinuationToken", {"MaxBuckets": 1000}
    ),
    ("s3", "list_objects_v2"): Paging(("Contents",), ("NextContinuationToken",), "ContinuationToken"),
    ("s3control", "list_access_points"): Paging(("AccessPointList",), ("NextToken",), "NextToken"),
    ("acm", "list_certificates"): Paging(
        ("CertificateSummaryList",), ("NextToken",), "NextToken", {"MaxItems": 1000}
    ),
    ("route53", "list_hosted_zones"): Paging(("HostedZones",), ("NextMarker",), "Marker"),
    ("route53", "list_resource_record_sets"): Paging(
        ("ResourceRecordSets",),
        ("NextRecordName",),
        "StartRecordName",
        further={"StartRecordType": "NextRecordType", "StartRecordIdentifier": "NextRecordIdentifier"},
    ),
    ("resourcegroupstaggingapi", "get_resources"): Paging(
        ("ResourceTagMappingList",), ("PaginationToken",), "PaginationToken", {"ResourcesPerPage": 100}
    ),
}


def first(call: Call) -> Call:
    """Return the call for the first page."""
    return _with(call, {**_paging(call).defaults, **call.params})


def rows(call: Call, page: Json) -> list[Any]:
    """Return the rows of one page."""
    return list(_at(page, _paging(call).rows) or ())


def following(call: Call, page: Json) -> Call | None:
    """Return the call for the page after `page`, which is the reply to `call`; None after the last one.

    Raises Unreachable if a page has itself as the next page, because the list would never end.
    """
    paging = _paging(call)
    token = _at(page, paging.token_out) if paging.token_out else None
    if not token:
        return None
    more = {name: page[member] for name, member in paging.further.items() if page.get(member)}
    params = {name: value for name, value in call.params.items() if name not in paging.further}
    then = {**params, paging.token_in: token, **more}
    if then == call.params:
        raise Unreachable(
            f"{call.service} answered {call.operation} with a page that is its own next page",
            "check that the endpoint is AWS",
        )
    return _with(call, then)


def _paging(call: Call) -> Paging:
    return LISTS[call.service, call.operation]


def _with(call: Call, params: Mapping[str, Any]) -> Call:
    return Call(call.service, call.operation, params, call.region)


def _at(reply: Json, path: tuple[str, ...]) -> Any:
    value: Any = reply
    for name in path:
        value = (value or {}).get(name)
    return value
