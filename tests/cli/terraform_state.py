"""A state of Terraform for the small account."""

from typing import Any

from tests.cli.account import SmallAccount
from tests.unit.terraform.states import DISTRIBUTION, row

OWN = f"{DISTRIBUTION}.lectures"


def attributes(account: SmallAccount, id_: str) -> dict[str, Any]:
    """Return what Terraform would store of a live distribution, with a second origin."""
    live = account.cloudfront.get_distribution(Id=id_)["Distribution"]
    origin = live["DistributionConfig"]["Origins"]["Items"][0]
    behavior = live["DistributionConfig"]["DefaultCacheBehavior"]
    named = {"domain_name": origin["DomainName"], "origin_access_control_id": origin["OriginAccessControlId"]}
    return {
        "id": id_,
        "arn": live["ARN"],
        "domain_name": live["DomainName"],
        "aliases": live["DistributionConfig"]["Aliases"].get("Items", []),
        "origin": [named, {"domain_name": "static.s3.amazonaws.com"}],
        "default_cache_behavior": [
            {"trusted_key_groups": behavior.get("TrustedKeyGroups", {}).get("Items", [])}
        ],
    }


def rows(account: SmallAccount, **where: Any) -> list[Any]:
    """Return the resources of a state with the account's http distribution; `where` is its module and index."""
    own = attributes(account, account.distribution)
    return [
        row(OWN, own, **where),
        row("aws_s3_bucket.media", {"id": "media", "bucket": "media"}),
        row("aws_s3_bucket_policy.media", {"id": "media", "bucket": "media"}),
        row("aws_s3_bucket_policy.static", {"id": "static", "bucket": "static"}),
        row("aws_cloudfront_origin_access_control.it", {"id": own["origin"][0]["origin_access_control_id"]}),
        row("aws_instance.web", {"id": "i-1"}),
    ]
