"""Aliases and distributions: find which distribution has an alias, and move it to another one."""

from .aliases import covers, overlapping
from .records import Distribution, Json
from .refusal import CloudFrontError, refuse_unless
from .state import CloudFrontState


class Domains:
    """ListConflictingAliases, ListDomainConflicts, AssociateAlias, UpdateDomainAssociation."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state

    def list_conflicting_aliases(self, params: Json) -> Json:
        alias = params["Alias"].lower()
        self._judge_cover(self._state.distributions.get(params["DistributionId"]), alias, "InvalidArgument")
        found = [
            {"Alias": held, "DistributionId": _masked(holder), "AccountId": _masked(self._account(holder))}
            for held, holder in overlapping(self._state, alias)
        ]
        listed = {"MaxItems": self._state.settings.page_size, "Quantity": len(found)}
        return {"ConflictingAliasesList": {**listed, "Items": found} if found else listed}

    def list_domain_conflicts(self, params: Json) -> Json:
        domain = params["Domain"].lower()
        self._judge_cover(self._target(params["DomainControlValidationResource"]), domain, "InvalidArgument")
        found = [
            {
                "Domain": held,
                "ResourceType": "distribution",
                "ResourceId": _masked(holder),
                "AccountId": _masked(self._account(holder)),
            }
            for held, holder in overlapping(self._state, domain)
        ]
        return {"DomainConflicts": found}

    def associate_alias(self, params: Json) -> Json:
        target = self._state.distributions.get(params["TargetDistributionId"])
        self._move(params["Alias"].lower(), target)
        return {}

    def update_domain_association(self, params: Json) -> Json:
        target = self._target(params["TargetResource"])
        self._state.distributions.held(target.id, params.get("IfMatch"))
        self._move(params["Domain"].lower(), target)
        return {"Domain": params["Domain"], "ResourceId": target.id, "ETag": target.etag}

    def _target(self, resource: Json) -> Distribution:
        record = self._state.distributions.find(resource.get("DistributionId", ""))
        if record is None:
            raise CloudFrontError("EntityNotFound")
        return record

    def _account(self, holder: str) -> str:
        ours = self._state.distributions.find(holder) or self._state.streaming.find(holder)
        return self._state.account if ours else "999999999999"

    def _judge_cover(self, record: Distribution, alias: str, code: str) -> None:
        message = f"The certificate of {record.id} does not cover {alias}."
        refuse_unless(covers(self._state, record, alias), code, message)

    def _move(self, alias: str, target: Distribution) -> None:
        state = self._state
        self._judge_cover(target, alias, "IllegalUpdate")
        holder = next((record for record in state.distributions if alias in record.aliases), None)
        # An alias of a streaming distribution, or in another account, is not found here, so it cannot be moved in this
        # way.
        message = f"{alias} is on no distribution of this account from which it could be moved."
        refuse_unless(holder, "IllegalUpdate", message)
        if holder is None or holder is target:
            return
        fine = len(target.aliases) < state.settings.quota("aliases")
        refuse_unless(fine, "TooManyDistributionCNAMEs")
        self._put(holder, [name for name in holder.aliases if name != alias])
        self._put(target, [*target.aliases, alias])
        target.given.pop(alias, None)
        holder.given[alias] = target.id

    def _put(self, record: Distribution, aliases: list[str]) -> None:
        items = {"Items": aliases} if aliases else {}
        config = {**record.config, "Aliases": {"Quantity": len(aliases), **items}}
        self._state.deploy(self._state.distributions, record, config)


def _masked(identifier: str) -> str:
    """Return an id with only its end readable, as AWS shows all ids in these lists."""
    return "*" * (len(identifier) - 6) + identifier[-6:]
