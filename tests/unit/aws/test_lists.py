"""Lists are read to their end."""

from collections.abc import Callable
from typing import Any

import botocore.session
import pytest

from cfstream.aws.lists import PAGE_SIZES, WITHOUT_PAGINATOR, PagedList
from cfstream.errors import Unreachable
from cfstream.ports import Call
from cfstream.values import Json

SESSION = botocore.session.get_session()
LIST = Call("cloudfront", "list_distributions")
API_NAMES = {"list_objects_v2": "ListObjectsV2"}


def listing(call: Call, *pages: Json) -> tuple[PagedList, list[Call]]:
    """Return a list whose pages are `pages`, the last one again and again, and the calls that it makes."""
    left, asked = [*pages], list[Call]()

    def read(one: Call) -> Json:
        asked.append(one)
        return left.pop(0) if len(left) > 1 else left[0]

    return made(call, read), asked


def made(call: Call, read: Callable[[Call], Json]) -> PagedList:
    """Return the list as `Aws` makes it."""
    name = API_NAMES.get(call.operation, "".join(word.capitalize() for word in call.operation.split("_")))
    described = WITHOUT_PAGINATOR.get((call.service, call.operation))
    model = SESSION.get_service_model(call.service).operation_model(name)
    return PagedList(
        call, described or SESSION.get_paginator_model(call.service).get_paginator(name), model, read
    )


def rows(call: Call, *pages: Json) -> tuple[list[Any], list[Call]]:
    """Return the rows of all pages, and the calls."""
    found, asked = listing(call, *pages)
    return [row for page in found.pages() for row in found.rows(page)], asked


def test_pages_of_cloudfront_have_a_hundred_rows() -> None:
    """MaxItems is a string, as botocore requires. The caller's value wins."""
    empty: Json = {"DistributionList": {}}
    assert rows(LIST, empty)[1] == [Call(LIST.service, LIST.operation, {"MaxItems": "100"})]
    two = Call(LIST.service, LIST.operation, {"MaxItems": "2"})
    assert rows(two, empty)[1] == [two]


@pytest.mark.parametrize(
    ("operation", "member"),
    [("list_distributions", "DistributionList"), ("list_key_groups", "KeyGroupList")],
)
def test_a_list_with_a_token_has_another_page(operation: str, member: str) -> None:
    """Half of CloudFront's lists have no IsTruncated. A list with or without botocore's paginator ends the same way."""
    first = {member: {"NextMarker": "E2", "Items": [{"Id": "E1"}, {"Id": "E2"}]}}
    found, asked = rows(Call("cloudfront", operation), first, {member: {"Items": [{"Id": "E3"}]}})
    assert [row["Id"] for row in found] == ["E1", "E2", "E3"]
    assert [call.params for call in asked] == [{"MaxItems": "100"}, {"MaxItems": "100", "Marker": "E2"}]


@pytest.mark.parametrize("page", [{}, {"DistributionList": {}}, {"DistributionList": {"NextMarker": ""}}])
def test_a_page_without_rows_is_the_last(page: dict[str, Any]) -> None:
    """CloudFront omits Items if there are none."""
    found, asked = rows(LIST, page)
    assert (found, len(asked)) == ([], 1)


@pytest.mark.parametrize(
    ("call", "page"),
    [
        (LIST, {"DistributionList": {"IsTruncated": True, "Items": [{"Id": "E1"}]}}),
        (Call("s3", "list_objects_v2", {"Bucket": "b"}), {"IsTruncated": True, "Contents": [{"Key": "a"}]}),
        (Call("route53", "list_hosted_zones"), {"IsTruncated": True, "HostedZones": [{"Id": "Z1"}]}),
    ],
)
def test_a_truncated_page_without_a_token_is_an_error(call: Call, page: Json) -> None:
    """The rows after it would count as deleted."""
    with pytest.raises(Unreachable, match="without the token of the next page"):
        rows(call, page)


def test_region_and_parameters_go_with_every_page() -> None:
    """All pages of a bucket's list have the bucket's region and the same parameters."""
    call = Call("s3", "list_objects_v2", {"Bucket": "b", "Prefix": "p/", "MaxKeys": 25}, "eu-west-1")
    _, asked = rows(call, {"Contents": [], "NextContinuationToken": "t"}, {})
    params = {**call.params, "ContinuationToken": "t"}
    assert asked == [call, Call("s3", "list_objects_v2", params, "eu-west-1")]


def test_a_token_may_have_several_parts() -> None:
    """Route 53 continues by name, type and set identifier. Parts that a page does not have are not sent again."""
    zone = {"HostedZoneId": "Z1"}
    call = Call("route53", "list_resource_record_sets", zone)
    many = {"NextRecordName": "a.", "NextRecordType": "A", "NextRecordIdentifier": "s1"}
    _, asked = rows(call, many, {"NextRecordName": "a.", "NextRecordType": "AAAA"}, {})
    assert [one.params for one in asked] == [
        zone,
        {**zone, "StartRecordName": "a.", "StartRecordType": "A", "StartRecordIdentifier": "s1"},
        {**zone, "StartRecordName": "a.", "StartRecordType": "AAAA"},
    ]


def test_an_endless_list_ends_with_an_error() -> None:
    """AWS never sends a page that leads back to itself."""
    with pytest.raises(Unreachable, match="is its own next page"):
        rows(LIST, {"DistributionList": {"NextMarker": "E2"}})


@pytest.mark.parametrize(("service", "operation"), list(WITHOUT_PAGINATOR))
def test_our_descriptions_fit_botocores_model(service: str, operation: str) -> None:
    """Rows, token and limit are members of botocore's shapes, and botocore has no paginator for the list."""
    described = WITHOUT_PAGINATOR[service, operation]
    name = "".join(word.capitalize() for word in operation.split("_"))
    model: Any = SESSION.get_service_model(service).operation_model(name)
    for path in ("result_key", "output_token"):
        shape = model.output_shape
        for member in described[path].split("."):
            shape = shape.members[member]
    assert {described["input_token"], described["limit_key"]} <= {*model.input_shape.members}
    with pytest.raises(ValueError, match="does not exist"):
        SESSION.get_paginator_model(service).get_paginator(name)


def test_each_page_size_is_the_limit_of_a_list() -> None:
    """The limit of every list of CloudFront is called MaxItems."""
    limits = {(service, each["limit_key"]) for (service, _), each in WITHOUT_PAGINATOR.items()}
    for service in {service for service, _ in PAGE_SIZES}:
        model = SESSION.get_paginator_model(service)._paginator_config
        limits |= {(service, each.get("limit_key")) for each in model.values()}
    assert PAGE_SIZES.keys() <= limits
