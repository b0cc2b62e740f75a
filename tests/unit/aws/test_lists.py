"""Lists are read to their end."""

from typing import Any

import botocore.session
import pytest

from cfstream.aws import lists
from cfstream.errors import Unreachable
from cfstream.ports import Call

LIST = Call("cloudfront", "list_distributions")


def test_first_page_of_cloudfront_asks_for_a_hundred() -> None:
    """MaxItems is a string, as botocore requires. The caller's value wins."""
    assert lists.first(LIST).params == {"MaxItems": "100"}
    assert lists.first(Call(*_name(LIST), {"MaxItems": "2"})).params == {"MaxItems": "2"}


def test_next_marker_leads_on_whatever_is_truncated_says() -> None:
    """Half of CloudFront's lists have no IsTruncated. All have NextMarker."""
    page = {"DistributionList": {"NextMarker": "E2", "Items": [{"Id": "E1"}, {"Id": "E2"}]}}
    following = lists.following(lists.first(LIST), page)
    assert following is not None
    assert following.params == {"MaxItems": "100", "Marker": "E2"}
    assert lists.rows(LIST, page) == [{"Id": "E1"}, {"Id": "E2"}]


@pytest.mark.parametrize("page", [{}, {"DistributionList": {}}, {"DistributionList": {"NextMarker": ""}}])
def test_a_page_without_rows_is_the_last(page: dict[str, Any]) -> None:
    """CloudFront omits Items if there are none."""
    assert lists.rows(LIST, page) == []
    assert lists.following(LIST, page) is None


def test_region_and_parameters_go_with_every_page() -> None:
    """All pages of a bucket's list have the bucket's region and the same parameters."""
    call = Call("s3", "list_objects_v2", {"Bucket": "b", "Prefix": "p/"}, "eu-west-1")
    following = lists.following(call, {"Contents": [], "NextContinuationToken": "t"})
    assert following == Call(
        "s3", "list_objects_v2", {"Bucket": "b", "Prefix": "p/", "ContinuationToken": "t"}, "eu-west-1"
    )


def test_a_token_may_have_several_parts() -> None:
    """Route 53 continues by name, type and set identifier. Parts that a page does not have are not sent again."""
    zone = {"HostedZoneId": "Z1"}
    first = Call("route53", "list_resource_record_sets", zone)
    many = {"NextRecordName": "a.", "NextRecordType": "A", "NextRecordIdentifier": "s1"}
    second = lists.following(first, many)
    assert second is not None
    assert second.params == {
        **zone,
        "StartRecordName": "a.",
        "StartRecordType": "A",
        "StartRecordIdentifier": "s1",
    }
    third = lists.following(second, {"NextRecordName": "a.", "NextRecordType": "AAAA"})
    assert third is not None
    assert third.params == {**zone, "StartRecordName": "a.", "StartRecordType": "AAAA"}
    with pytest.raises(Unreachable, match="is its own next page"):
        lists.following(second, many)


def test_an_endless_list_ends_with_an_error() -> None:
    """AWS never sends a page that leads back to itself."""
    page = {"DistributionList": {"NextMarker": "E2"}}
    again = lists.following(LIST, page)
    assert again is not None
    with pytest.raises(Unreachable, match="is its own next page"):
        lists.following(again, page)


@pytest.mark.parametrize(("service", "operation"), list(lists.LISTS))
def test_the_table_fits_botocores_model(service: str, operation: str) -> None:
    """Rows, tokens and defaults of every entry are members of botocore's shapes, and of their types."""
    paging = lists.LISTS[service, operation]
    name = "".join(word.capitalize() for word in operation.split("_"))
    model: Any = botocore.session.get_session().get_service_model(service).operation_model(name)
    for path in (paging.rows, paging.token_out):
        shape = model.output_shape
        for member in path:
            shape = shape.members[member]
    assert {paging.token_in, *paging.further} <= {*model.input_shape.members}
    assert {*paging.further.values()} <= {*model.output_shape.members}
    for member, value in paging.defaults.items():
        assert model.input_shape.members[member].type_name == (
            "string" if isinstance(value, str) else "integer"
        )


def _name(call: Call) -> tuple[str, str]:
    return call.service, call.operation
