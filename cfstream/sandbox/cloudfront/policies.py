"""Cache, origin request and response headers policies: the managed ones, and those of the account.

The three kinds only differ in their config, so one class serves all. The managed ones are in `managed.py`.
"""

from collections.abc import Callable

from . import managed
from .distributions import LOCATION
from .records import Json, Policy
from .refusal import demand, refuse_unless
from .rules import judge_comment
from .shapes import check
from .state import CloudFrontState

_MANAGED = {
    "CachePolicy": managed.CACHE_POLICIES,
    "OriginRequestPolicy": managed.ORIGIN_REQUEST_POLICIES,
    "ResponseHeadersPolicy": managed.RESPONSE_HEADERS_POLICIES,
}
_PATHS = {
    "CachePolicy": "cache-policy",
    "OriginRequestPolicy": "origin-request-policy",
    "ResponseHeadersPolicy": "response-headers-policy",
}
_KEY_DEFAULTS: Json = {
    "EnableAcceptEncodingGzip": False,
    "EnableAcceptEncodingBrotli": False,
    "HeadersConfig": {"HeaderBehavior": "none"},
    "CookiesConfig": {"CookieBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}


def add_managed_policies(state: CloudFrontState) -> None:
    """Add AWS's managed policies to a new account."""
    for kind, policies in _MANAGED.items():
        for policy_id, config in policies.items():
            state.policies[kind].add(Policy(policy_id, state.new_etag(), state.now(), config, managed=True))


class Policies:
    """The operations on one kind of policy: CachePolicy, OriginRequestPolicy or ResponseHeadersPolicy."""

    def __init__(self, state: CloudFrontState, kind: str) -> None:
        self._state = state
        self._kind = kind
        self._store = state.policies[kind]

    def operations(self) -> dict[str, Callable[[Json], Json]]:
        """The operations by name, such as CreateCachePolicy and ListDistributionsByCachePolicyId."""
        kind = self._kind
        return {
            f"Create{kind}": self._create,
            f"Get{kind}": self._get,
            f"Get{kind}Config": self._get_config,
            f"Update{kind}": self._update,
            f"Delete{kind}": self._delete,
            f"List{self._plural}": self._list,
            f"ListDistributionsBy{kind}Id": self._list_users,
        }

    @property
    def _plural(self) -> str:
        return self._kind.removesuffix("y") + "ies"

    def _create(self, params: Json) -> Json:
        state = self._state
        config = self._judged(params[f"{self._kind}Config"], None)
        own = [policy for policy in self._store if not policy.managed]
        refuse_unless(len(own) < state.settings.quota("policies"), f"TooMany{self._plural}")
        policy = Policy(state.new_uuid(), state.new_etag(), state.now(), config)
        self._store.add(policy)
        return {**self._render(policy), "Location": f"{LOCATION}{_PATHS[self._kind]}/{policy.id}"}

    def _judged(self, sent: Json, own: Policy | None) -> Json:
        check(f"{self._kind}Config", sent)
        judge_comment(sent.get("Comment", ""))
        demand(sent["Name"], "The parameter Name is required.")
        fine = all(policy is own or policy.config["Name"] != sent["Name"] for policy in self._store)
        refuse_unless(fine, f"{self._kind}AlreadyExists")
        config = {"Comment": "", **sent}
        return _judged_cache(config) if self._kind == "CachePolicy" else config

    def _get(self, params: Json) -> Json:
        return self._render(self._store.seen(params["Id"]))

    def _get_config(self, params: Json) -> Json:
        policy = self._store.seen(params["Id"])
        return {f"{self._kind}Config": policy.config, "ETag": policy.etag}

    def _update(self, params: Json) -> Json:
        policy = self._store.held(params["Id"], params.get("IfMatch"))
        refuse_unless(not policy.managed, "IllegalUpdate", "You cannot update a managed policy.")
        config = self._judged(params[f"{self._kind}Config"], policy)
        if self._kind == "ResponseHeadersPolicy":
            self._state.touch_users(f"{self._kind}Id", policy.id)
        self._state.rewrite(self._store, policy, config)
        return self._render(policy)

    def _delete(self, params: Json) -> Json:
        policy = self._store.held(params["Id"], params.get("IfMatch"))
        refuse_unless(not policy.managed, "IllegalDelete", "You cannot delete a managed policy.")
        refuse_unless(not self._state.users(f"{self._kind}Id", policy.id), f"{self._kind}InUse")
        self._store.remove(policy)
        return {}

    def _list(self, params: Json) -> Json:
        wanted = params.get("Type")
        fine = wanted in (None, "managed", "custom")
        demand(fine, f"The parameter Type is managed or custom: '{wanted}'.")
        rows = [policy for policy in self._store.listed() if wanted in (None, _type(policy))]
        return {f"{self._kind}List": self._state.page(rows, params, self._summary)}

    def _list_users(self, params: Json) -> Json:
        member = f"{self._kind}Id"
        self._store.get(params[member])
        users = self._state.users(member, params[member])
        return {"DistributionIdList": self._state.page(users, params, lambda record: record.id)}

    def _render(self, policy: Policy) -> Json:
        body = {"Id": policy.id, "LastModifiedTime": policy.modified, f"{self._kind}Config": policy.config}
        return {self._kind: body, "ETag": policy.etag}

    def _summary(self, policy: Policy) -> Json:
        return {"Type": _type(policy), self._kind: self._render(policy)[self._kind]}


def _type(policy: Policy) -> str:
    return "managed" if policy.managed else "custom"


def _judged_cache(config: Json) -> Json:
    """Return a cache policy's config with its defaults. Raises InvalidArgument if the TTLs are not in order."""
    minimum = config["MinTTL"]
    key = {**_KEY_DEFAULTS, **config.get("ParametersInCacheKeyAndForwardedToOrigin", {})}
    full = {
        "DefaultTTL": max(86400, minimum),
        "MaxTTL": max(31536000, minimum),
        **config,
        "ParametersInCacheKeyAndForwardedToOrigin": key,
    }
    in_order = 0 <= minimum <= full["DefaultTTL"] <= full["MaxTTL"]
    demand(in_order, "MinTTL, DefaultTTL and MaxTTL must not decrease in that order.")
    return full
