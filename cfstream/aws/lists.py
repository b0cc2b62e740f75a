"""Read each list of AWS to its end, with botocore's paginator.

botocore describes most lists (paginators-1.json of each service). In botocore 1.44.8, these have no description, so it
is here: CloudFront's key groups, cache policies, origin request policies, response headers policies, functions,
distributions of a key group and conflicting aliases, and the access points and the jobs of S3 Control.

Only the token decides whether a list continues: half of CloudFront's lists have no IsTruncated (botocore's shapes). A
page that is truncated and has no token is an error, because the rows after it would count as deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from cfstream.errors import Unreachable
from cfstream.ports import Call
from cfstream.startup.lean_botocore import lean_botocore
from cfstream.values import Json

with lean_botocore():
    from botocore.exceptions import PaginationError
    from botocore.paginate import Paginator

Description: TypeAlias = Mapping[str, Any]
"""How a list is paged, in the format of botocore's paginators-1.json."""


def _cloudfront(name: str) -> Description:
    return {
        "input_token": "Marker",
        "output_token": f"{name}.NextMarker",
        "limit_key": "MaxItems",
        "result_key": f"{name}.Items",
    }


WITHOUT_PAGINATOR: Mapping[tuple[str, str], Description] = {
    ("cloudfront", "list_key_groups"): _cloudfront("KeyGroupList"),
    ("cloudfront", "list_cache_policies"): _cloudfront("CachePolicyList"),
    ("cloudfront", "list_origin_request_policies"): _cloudfront("OriginRequestPolicyList"),
    ("cloudfront", "list_response_headers_policies"): _cloudfront("ResponseHeadersPolicyList"),
    ("cloudfront", "list_functions"): _cloudfront("FunctionList"),
    ("cloudfront", "list_distributions_by_key_group"): _cloudfront("DistributionIdList"),
    ("cloudfront", "list_conflicting_aliases"): _cloudfront("ConflictingAliasesList"),
    ("s3control", "list_access_points"): {
        "input_token": "NextToken",
        "output_token": "NextToken",
        "limit_key": "MaxResults",
        "result_key": "AccessPointList",
    },
    ("s3control", "list_jobs"): {
        "input_token": "NextToken",
        "output_token": "NextToken",
        "limit_key": "MaxResults",
        "result_key": "Jobs",
    },
}

PAGE_SIZES: Mapping[tuple[str, str], int] = {
    # The documented maximum. botocore's model has none, and what AWS does with more is unknown.
    ("cloudfront", "MaxItems"): 100,
    ("s3", "MaxBuckets"): 1000,
    ("acm", "MaxItems"): 1000,
    ("resourcegroupstaggingapi", "ResourcesPerPage"): 100,
}
"""How many rows a page has, by service and limit. Other lists have the largest pages without a limit."""


class PagedList:
    """One list. `read` reads each of its pages. `model` is botocore's model of the operation."""

    def __init__(self, call: Call, described: Description, model: Any, read: Callable[[Call], Json]) -> None:
        self._call = call
        self._described = {name: value for name, value in described.items() if name != "more_results"}
        self._paginator = Paginator(self._page, self._described, model)
        self._read = read
        self._rows = _first(described["result_key"]).split(".")
        self._token = _first(described["output_token"]).split(".")

    def pages(self) -> Iterator[Json]:
        """Yield each page. Raises Unreachable for a list that would never end, or ends too early."""
        limit = self._described["limit_key"]
        size = None if limit in self._call.params else PAGE_SIZES.get((self._call.service, limit))
        # Not MaxItems: in this config, it is the number of rows after which the whole list ends.
        config = {"PageSize": size} if size else {}
        try:
            for page in self._paginator.paginate(**self._call.params, PaginationConfig=config):
                self._refuse_end(page)
                yield page
        except PaginationError:
            raise self._wrong("with a page that is its own next page") from None

    def rows(self, page: Json) -> list[Any]:
        """Return the rows of one page. AWS omits them if there are none."""
        return list(_at(page, self._rows) or ())

    def _page(self, **params: Any) -> Json:
        return self._read(Call(self._call.service, self._call.operation, params, self._call.region))

    def _refuse_end(self, page: Json) -> None:
        if _at(page, [*self._rows[:-1], "IsTruncated"]) and not _at(page, self._token):
            raise self._wrong("with a truncated page, and without the token of the next page")

    def _wrong(self, how: str) -> Unreachable:
        text = f"{self._call.service} answered {self._call.operation} {how}"
        return Unreachable(text, "check that the endpoint is AWS")


def _first(expression: str | list[str]) -> str:
    return expression if isinstance(expression, str) else expression[0]


def _at(reply: Json, path: list[str]) -> Any:
    value: Any = reply
    for name in path:
        value = (value or {}).get(name)
    return value
