"""Find a distribution by id, ARN, domain name or cname."""

import re
from collections.abc import Iterator

from cfstream.adoption.account import Account
from cfstream.adoption.refusal import CannotImport
from cfstream.domain import Delivery, LiveDistribution
from cfstream.domain.tls import covers_name
from cfstream.inventory.lookup import is_id
from cfstream.spec.wording import write_nearest

_ARN = re.compile(r"arn:aws[a-z-]*:(?P<service>[^:]*):[^:]*:(?P<account>\d*):(?P<kind>[^/]+)/(?P<id>.+)")
_KINDS = frozenset(delivery.kind for delivery in Delivery)
_LIST = "see all distributions: cfstream list"


def find(account: Account, target: str) -> LiveDistribution:
    """Return the distribution that `target` names. Raises CannotImport if there is none, or it is something else."""
    text = target.strip()
    if text.startswith("arn:"):
        return _of_arn(account, text)
    if is_id(text):
        return _of_id(account, text)
    host = re.sub(r"^[a-z]+://", "", text.lower()).split("/")[0].split(":")[0].rstrip(".")
    for row in _of_host(account, host):
        return row
    names = [name for row in account.rows for name in (row.domain_name.lower(), *row.aliases)]
    what = f"no distribution of account {account.number} has the name {host or repr(target)}"
    raise CannotImport(what, write_nearest(host, names, _LIST, "of a distribution of this account"))


def _of_arn(account: Account, arn: str) -> LiveDistribution:
    found = _ARN.fullmatch(arn)
    if not found or found["service"] != "cloudfront" or found["kind"] not in _KINDS:
        raise CannotImport(f"{arn} is not the ARN of a distribution", _LIST)
    if found["account"] != account.number:
        what = f"{arn} is in account {found['account']}, but these credentials are for {account.number}"
        raise CannotImport(what, "use a profile of that account: --profile")
    return _of_id(account, found["id"])


def _of_id(account: Account, resource_id: str) -> LiveDistribution:
    for row in account.rows:
        if row.id == resource_id:
            return row
    other = account.resources.get(resource_id)
    if other is not None:
        do = "import the distribution that uses it; its spec will refer to it"
        article = "an" if other.words[0] in "aeiou" else "a"
        raise CannotImport(f"{resource_id} is {article} {other.words}, not a distribution", do)
    what = f"distribution {resource_id} does not exist in account {account.number}"
    ids = [row.id for row in account.rows]
    raise CannotImport(what, write_nearest(resource_id, ids, _LIST, "a distribution of this account"))


def _of_host(account: Account, host: str) -> Iterator[LiveDistribution]:
    """Yield matches by CloudFront's name, by cname, then by a wildcard that covers the host, as CloudFront does."""
    yield from (row for row in account.rows if host in (row.domain_name.lower(), *row.aliases))
    yield from (row for row in account.rows if any(covers_name(alias, host) for alias in row.aliases))
