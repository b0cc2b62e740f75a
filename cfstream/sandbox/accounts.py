"""The accounts of the sandbox: which one a request is from, and the CloudFront of each.

Any credentials are those of the sandbox's own account, with two exceptions. An access key id of 12 digits is the number
of another account, so that roles and buckets can be made there. Credentials from AssumeRole are those of the role.
"""

import re
from collections.abc import Callable, Iterator

from moto.iam.models import get_account_id_from, iam_backends

from cfstream.sandbox.batch.job import JobsOfAccounts
from cfstream.sandbox.cloudfront import CloudFront, Settings
from cfstream.sandbox.listener import Environ

ACCOUNT = "123456789012"
"""The sandbox's own account."""

TEMPORARY = "ASIA"
"""The start of access key ids of sessions (IAM User Guide, "Understanding unique ID prefixes")."""

_KEY = re.compile(r"Credential=(?P<key>[^/&]+)/\d{8}/")


class UnknownKey(Exception):
    """The access key id is of a session that does not exist, or not any more."""


def access_key(environ: Environ) -> str:
    """Return the access key id of a signed request (header or query); "" for an unsigned one."""
    where = environ.get("HTTP_AUTHORIZATION") or environ.get("QUERY_STRING", "").replace("%2F", "/")
    found = _KEY.search(where)
    return found["key"] if found else ""


def account_of(environ: Environ) -> str:
    """Return the account of a request. Raises UnknownKey."""
    key = access_key(environ)
    if re.fullmatch(r"\d{12}", key):
        return key
    if key.startswith(TEMPORARY) and len(key) == 20 and not _exists(key):
        raise UnknownKey(key)
    return str(get_account_id_from(key))


def _exists(key: str) -> bool:
    return any(
        key in backend.access_keys for account in iam_backends.values() for backend in account.values()
    )


class Accounts:
    """The CloudFront of each account, and its jobs. A pickle has all of them."""

    def __init__(self, settings: Settings) -> None:
        self.home = CloudFront(account=ACCOUNT, settings=settings)
        self._others: dict[str, CloudFront] = {}
        self.jobs = JobsOfAccounts()

    def of(self, account: str, prepare: Callable[[CloudFront], None] = lambda _: None) -> CloudFront:
        """Return an account's CloudFront. It is made, and prepared, when it is first used."""
        if account == self.home.account:
            return self.home
        if account not in self._others:
            made = CloudFront(account=account, settings=self.home.settings)
            prepare(made)
            self._others[account] = made
        return self._others[account]

    @property
    def others(self) -> tuple[CloudFront, ...]:
        """The CloudFronts of accounts other than the sandbox's own."""
        return tuple(self._others.values())

    def knows(self, canonical_user: str) -> bool:
        """Return whether an origin access identity of any account has this canonical user id."""
        return any(each.identity_by_canonical_user(canonical_user) for each in self)

    def __iter__(self) -> Iterator[CloudFront]:
        return iter((self.home, *self.others))
