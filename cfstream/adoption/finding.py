"""From what a person has at hand, an id, an ARN, a domain name or a cname, to the distribution that is meant."""

import re
from collections.abc import Iterator

from cfstream.adoption.account import Account
from cfstream.adoption.refusal import CannotImport
from cfstream.domain import Delivery, LiveDistribution
from cfstream.inventory.lookup import is_id
from cfstream.kinds.distribution.certificate import covers_name

_ARN = re.compile(r"arn:aws[a-z-]*:(?P<service>[^:]*):[^:]*:(?P<account>\d*):(?P<kind>[^/]+)/(?P<id>.+)")
_KINDS = frozenset(delivery.kind for delivery in Delivery)
_LIST = "cfstream list shows those that there are"


def find(account: Account, target: str) -> LiveDistribution:
    """The distribution that `target` names. Raises CannotImport for none, and for what is something else."""
    text = target.strip()
    if text.startswith("arn:"):
        return _of_arn(account, text)
    if is_id(text):
        return _of_id(account, text)
    host = re.sub(r"^[a-z]+://", "", text.lower()).split("/")[0].split(":")[0].rstrip(".")
    for row in _of_host(account, host):
        return row
    raise CannotImport(
        f"no distribution of account {account.number} answers to {host or repr(target)}", _LIST
    )


def _of_arn(account: Account, arn: str) -> LiveDistribution:
    found = _ARN.fullmatch(arn)
    if not found or found["service"] != "cloudfront" or found["kind"] not in _KINDS:
        raise CannotImport(f"{arn} is no ARN of a distribution", _LIST)
    if found["account"] != account.number:
        what = f"{arn} is of account {found['account']}, and these credentials are of {account.number}"
        raise CannotImport(what, "name a profile of that account with --profile")
    return _of_id(account, found["id"])


def _of_id(account: Account, resource_id: str) -> LiveDistribution:
    for row in account.rows:
        if row.id == resource_id:
            return row
    others = {"access identity": account.identities, "access control": account.controls}
    for kind, ids in others.items():
        if resource_id in ids:
            do = "name the distribution that uses it: its spec will refer to it"
            raise CannotImport(
                f"{resource_id} is an origin {kind}, and a spec begins with a distribution", do
            )
    raise CannotImport(f"there is no distribution {resource_id} in account {account.number}", _LIST)


def _of_host(account: Account, host: str) -> Iterator[LiveDistribution]:
    """By its own name, then by a cname, then by a wildcard that covers the host, as CloudFront takes them."""
    yield from (row for row in account.rows if host in (row.domain_name.lower(), *row.aliases))
    yield from (row for row in account.rows if any(covers_name(alias, host) for alias in row.aliases))
