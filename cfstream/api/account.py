"""Functions for what an account has: list, show, import, explain and delete it, and check the set-up."""

from collections.abc import Iterable
from pathlib import Path
from typing import Unpack

from cfstream.adoption import Imported
from cfstream.api.chosen_aws import ChosenAws, StrPath, connection_to, path_of
from cfstream.errors import WrongUsage
from cfstream.explain.judging import Explanation
from cfstream.inventory.declared import ListedAccount
from cfstream.inventory.details import Details
from cfstream.inventory.entries import list_all
from cfstream.inventory.showing import details_of
from cfstream.spec.load import Stack
from cfstream.stack.shown import ListEntry
from cfstream.use_cases import deletion, imports, listing
from cfstream.use_cases.doctor.account import account_checks
from cfstream.use_cases.doctor.check import DoctorCheck
from cfstream.use_cases.doctor.machine import machine_checks
from cfstream.use_cases.explanation import explain
from cfstream.use_cases.targets import find


def list_resources(**where: Unpack[ChosenAws]) -> tuple[ListEntry, ...]:
    """Return the account's distributions and origin access identities, and the spec that owns each.

    Raises Refused, NoCredentials or Unreachable.
    """
    return list_all(connection_to(**where).world().reads())


def list_accounts(stacks: Iterable[Stack], **where: Unpack[ChosenAws]) -> tuple[ListedAccount, ...]:
    """Return each account of these stacks beside its specs, like ``cfstream list --spec``.

    ``undeclared`` are the entries that no spec declares, ``missing`` the stacks without a distribution. An account that
    cannot be read has an ``error``; if none can be read, raises the first one. Raises NoCredentials.
    """
    return listing.list_accounts(tuple(stacks), connection_to(**where))


def show(target: StrPath, **where: Unpack[ChosenAws]) -> Details:
    """Return all settings of a distribution or identity. `target` is a spec of one stack, or an id.

    Raises SpecProblems, WrongUsage for a spec of several stacks, and CfstreamError if there is no such resource.
    """
    targets = find([path_of(target) or ""], connection_to(**where), one=True)
    found = targets.found[0]
    return details_of((found.world or targets.world).reads(), found.found, found.spec)


def import_distribution(
    target: str | None = None,
    *,
    name: str | None = None,
    out: StrPath | None = None,
    from_terraform: StrPath | None = None,
    **where: Unpack[ChosenAws],
) -> Imported:
    """Return the spec of a live distribution in ``text``; with `out`, write it to that file.

    `target` is an id, an ARN, a domain name or a cname. ``pending`` is what a plan of the spec would change. With
    `from_terraform`, a file with Terraform's state, `target` can be an address in it, and be left out if it has only
    one distribution; ``terraform`` is what belongs to it there. Raises CannotImport, and WrongUsage for an invalid name
    and for a file that exists.
    """
    if target is None and from_terraform is None:
        raise WrongUsage("no distribution is named", "give a target, or from_terraform")
    found = imports.import_distribution(
        target,
        connection_to(**where),
        name=name,
        out=None if out is None else Path(out),
        from_terraform=path_of(from_terraform),
    )
    return found.distributions[0]


def delete(resource_id: str, *, if_match: str | None = None, **where: Unpack[ChosenAws]) -> str:
    """Delete a disabled distribution or an unused identity by its id, and return what still exists.

    With `if_match`, only the version with this ETag. Raises WrongUsage for a resource in use, and Stale for another
    version.
    """
    found = deletion.deletion(resource_id, if_match, connection_to(**where).world)
    found.perform()
    return found.remains


def explain_url(
    url: str,
    *,
    spec: StrPath | None = None,
    cookies: str = "",
    viewer: str | None = None,
    **where: Unpack[ChosenAws],
) -> Explanation:
    """Return why CloudFront would refuse a URL, signed or with cookies. `viewer` is the viewer's address.

    ``accepted`` is None if not everything could be checked. With `spec`, the live distribution is checked as well: only
    then AWS is used. Raises WrongUsage if `url` is neither a URL nor a signed stream name.
    """
    connection = connection_to(**where)
    now = connection.clock().now()
    return explain(url, connection, now=now, spec=path_of(spec), cookies=cookies, viewer=viewer)


def doctor(stacks: Iterable[Stack] = (), **where: Unpack[ChosenAws]) -> tuple[DoctorCheck, ...]:
    """Return the checks of this machine and this account; with stacks, also of each read that their plans need.

    A check has a ``state`` and a fix in ``do``. Nothing raises: an AWS that cannot be used is a check as well.
    """
    return (*machine_checks(), *account_checks(tuple(stacks), connection_to(**where)))
