"""The operations on distributions (the HTTP kind).

`rules.py` checks configs, `defaults.py` adds defaults, and `domains.py` moves aliases between distributions.
"""

from typing import Any

from .defaults import filled
from .records import Distribution, Json
from .refusal import CloudFrontError, refuse_unless
from .rules import judge, judge_update
from .shapes import check
from .state import CloudFrontState
from .tags import judged_tags

LOCATION = "https://cloudfront.amazonaws.com/2020-05-31/"
_SUMMARY = (
    "Aliases",
    "Origins",
    "OriginGroups",
    "DefaultCacheBehavior",
    "CacheBehaviors",
    "CustomErrorResponses",
    "Comment",
    "PriceClass",
    "Enabled",
    "ViewerCertificate",
    "Restrictions",
    "WebACLId",
    "HttpVersion",
    "IsIPV6Enabled",
    "Staging",
    "ConnectionMode",
)


def active_signers(record: Distribution) -> Json:
    """Return ActiveTrustedSigners: who may sign at the edge now, with their key pairs."""
    items = [{"AwsAccountNumber": who, "KeyPairIds": _quantified(ids)} for who, ids in record.signers.items()]
    return {"Enabled": bool(items), **_quantified(items)}


def _active_key_groups(record: Distribution) -> Json:
    items = [
        {"KeyGroupId": group, "KeyPairIds": _quantified(ids)} for group, ids in record.key_groups.items()
    ]
    return {"Enabled": bool(items), **_quantified(items)}


def _quantified(items: Any) -> Json:
    return {"Quantity": len(items), **({"Items": list(items)} if items else {})}


class Distributions:
    """CreateDistribution and the other operations on distributions.

    Each method is the operation of that name, from its parameters to its result. It may raise `CloudFrontError`.
    """

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.distributions

    def create_distribution(self, params: Json) -> Json:
        return self._create(params["DistributionConfig"], {})

    def create_distribution_with_tags(self, params: Json) -> Json:
        both = params["DistributionConfigWithTags"]
        check("DistributionConfigWithTags", both)
        return self._create(both["DistributionConfig"], judged_tags(self._state, {}, both["Tags"]))

    def _create(self, sent: Json, tags: dict[str, str]) -> Json:
        state, store = self._state, self._store
        check("DistributionConfig", sent)
        existing = store.spent(sent["CallerReference"])
        if existing:
            raise CloudFrontError(
                "DistributionAlreadyExists",
                "The caller reference that you are using to create a distribution is associated with another "
                f"distribution. Already exists: {existing}",
            )
        config = filled(sent, state.account)
        judge(state, config, None)
        refuse_unless(len(store) < state.settings.quota("distributions"), "TooManyDistributions")
        record = state.new_distribution("distribution", config, tags)
        store.add(record)
        store.references[config["CallerReference"]] = record.id
        location = f"{LOCATION}distribution/{record.id}"
        return {"Distribution": self._written(record), "ETag": record.etag, "Location": location}

    def get_distribution(self, params: Json) -> Json:
        record = self._store.seen(params["Id"])
        return {"Distribution": self._state.show(record, _render), "ETag": record.etag}

    def get_distribution_config(self, params: Json) -> Json:
        record = self._store.seen(params["Id"])
        config = self._state.show(record, lambda _record, _status, config: config)
        return {"DistributionConfig": config, "ETag": record.etag}

    def update_distribution(self, params: Json) -> Json:
        state, sent = self._state, params["DistributionConfig"]
        check("DistributionConfig", sent)
        record = self._store.held(params["Id"], params.get("IfMatch"))
        judge_update(sent, record.config)
        config = filled(sent, state.account)
        judge(state, config, record)
        state.deploy(self._store, record, config)
        return {"Distribution": self._written(record), "ETag": record.etag}

    def delete_distribution(self, params: Json) -> Json:
        record = self._store.held(params["Id"], params.get("IfMatch"))
        gone_from_edges = not record.config["Enabled"] and self._state.deployed(record)
        refuse_unless(gone_from_edges, "DistributionNotDisabled")
        self._store.remove(record)
        return {}

    def list_distributions(self, params: Json) -> Json:
        return {"DistributionList": self._page(self._store.listed(), params)}

    def _page(self, rows: list[Distribution], params: Json) -> Json:
        return self._state.page(rows, params, lambda record: self._state.show(record, _summary))

    def list_distributions_by_key_group(self, params: Json) -> Json:
        state, group = self._state, params["KeyGroupId"]
        state.key_groups.get(group)
        users = state.users("TrustedKeyGroups", group)
        page = state.page(users, params, lambda record: record.id)
        return {"DistributionIdList": page}

    def _written(self, record: Distribution) -> Json:
        return _render(record, "InProgress", record.config)


def _render(record: Distribution, status: str, config: Json) -> Json:
    return {
        **_head(record, status),
        "InProgressInvalidationBatches": 0,
        "ActiveTrustedSigners": active_signers(record),
        "ActiveTrustedKeyGroups": _active_key_groups(record),
        "DistributionConfig": config,
    }


def _summary(record: Distribution, status: str, config: Json) -> Json:
    # A list is for finding, not for comparing: it has no caller reference, logging, root object, tags or active
    # signers.
    return {**_head(record, status), "ETag": record.etag, **{member: config[member] for member in _SUMMARY}}


def _head(record: Distribution, status: str) -> Json:
    shown = head(record, status)
    if record.aliases:
        shown["AliasICPRecordals"] = [
            {"CNAME": alias, "ICPRecordalStatus": "APPROVED"} for alias in record.aliases
        ]
    return shown


def head(record: Distribution, status: str) -> Json:
    """Return the first members of distributions and list rows of either kind."""
    return {
        "Id": record.id,
        "ARN": record.arn,
        "Status": status,
        "LastModifiedTime": record.modified,
        "DomainName": record.domain_name,
    }
