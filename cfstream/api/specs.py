"""Functions for spec files: create, format, edit and compare them. Only `rotate` uses AWS."""

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Unpack

from cfstream.api.chosen_aws import ChosenAws, StrPath, connection_to, path_of
from cfstream.comparing import Comparison
from cfstream.errors import WrongUsage
from cfstream.migration.advice import Target
from cfstream.permissions.needs import Purpose
from cfstream.spec.load import Stack
from cfstream.spec.schema import json_schema
from cfstream.spec.template import Answers, NewKey
from cfstream.spec.wording import one_of
from cfstream.use_cases.diff import diff as compared
from cfstream.use_cases.formatting import FormattedSpec, format_specs
from cfstream.use_cases.key_pairs import Pair, make_pair
from cfstream.use_cases.migration import Migrated, MigrationRequest
from cfstream.use_cases.migration import migrate as migrated
from cfstream.use_cases.new_spec import NewSpec, key_in_file, write_new_spec
from cfstream.use_cases.permission_policy import PermissionPolicy, policy_of
from cfstream.use_cases.rotation import Rotated
from cfstream.use_cases.rotation import rotate as rotated

Migration = Literal["oac", "bucket-policy", "key-groups", "http"]


def init(
    name: str,
    *,
    bucket: str | None = None,
    cnames: Collection[str] = (),
    public_key: StrPath | None = None,
    key_group: str | None = None,
    trusted_signers: Collection[str] = (),
    public: bool = False,
    out: StrPath | None = None,
) -> NewSpec:
    """Write a commented spec, and return the files that were written, like ``cfstream init``.

    Without `bucket`, apply creates the bucket NAME-media. Who signs is one of `public_key` (a PEM file), `key_group`
    (a group of the account), `trusted_signers` and `public`; without them, a new key pair in ``keys/``. `out` is by
    default NAME.yaml. Raises WrongUsage for an invalid value and for a file that exists.
    """
    given = {
        "public_key": public_key,
        "key_group": key_group,
        "trusted_signers": trusted_signers,
        "public": public,
    }
    chosen = [word for word, value in given.items() if value]
    if len(chosen) > 1:
        raise WrongUsage(f"{chosen[0]} and {chosen[1]} exclude each other", "use one of them")
    path = Path(f"{name}.yaml" if out is None else out)
    signers: NewKey | str | tuple[str, ...] | None
    if public_key is not None:
        signers = key_in_file(os.fspath(public_key), name, str(path.parent))
    elif public:
        signers = None
    else:
        own = NewKey(f"{name}-signers", f"{name}-1", f"keys/{name}-1.pub.pem")
        signers = key_group or tuple(trusted_signers) or own
    answers = Answers(
        name, bucket or f"{name}-media", create=bucket is None, cnames=tuple(cnames), signers=signers
    )
    return write_new_spec(path, answers, makes_key=not chosen)


def format_spec(*specs: StrPath, write: bool = True) -> tuple[FormattedSpec, ...]:
    """Write specs in their canonical form, like ``cfstream fmt``; without `write`, only return it.

    Each has the canonical ``text``, and whether it ``changed``. Raises SpecProblems, before anything is written, for
    files that are not valid YAML.
    """
    found = tuple(format_specs([os.fspath(spec) for spec in specs]))
    if write:
        for each in found:
            each.write()
    return found


def new_key(name: str, folder: StrPath = "keys", kind: Literal["rsa", "ecdsa"] = "rsa") -> Pair:
    """Create a key pair in files, like ``cfstream keys new``. A file that exists is never overwritten.

    Raises WrongUsage for a name that CloudFront refuses, and for a file that exists.
    """
    return make_pair(os.fspath(folder), name, kind)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of specs."""
    return json_schema()


def permissions_for(
    stacks: Iterable[Stack],
    purpose: Literal["plan", "apply", "destroy"] = "apply",
    *,
    account: str = "*",
    region: str = "",
    role: str | None = None,
) -> PermissionPolicy:
    """Return the minimal IAM policy to plan, apply or destroy these stacks. ``document`` is the policy.

    `region` names the partition: ``cn-north-1`` for China. For stacks with a role, the policy only allows assuming it;
    with `role`, it is the policy of that role. Raises WrongUsage for an invalid account number or role.
    """
    return policy_of(stacks, Purpose(purpose), account=account, region=region, role=role)


def rotate(
    spec: StrPath,
    group: str | None = None,
    *,
    name: str | None = None,
    replaces: Sequence[str] = (),
    now: bool = False,
    **where: Unpack[ChosenAws],
) -> Rotated:
    """Advance the rotation of a key group by one stage, like ``cfstream keys rotate``: edit the spec.

    Without `group`, the only key group of the spec. `name` names the new key, and `replaces` the keys that will leave,
    by default the only one; with `now`, for a leaked key, they are removed at once. Apply the spec, and call it again:
    ``outcome`` is ``begun``, ``apply-first``, ``waiting`` (until ``until``), ``taken-out`` or ``complete``. Raises
    SpecProblems, WrongUsage or CannotEdit before anything is written.
    """
    return rotated(os.fspath(spec), group, connection_to(**where), new=name, replaces=replaces, now=now)


def migrate(
    spec: StrPath,
    *to: Migration,
    stack: str | None = None,
    dry_run: bool = False,
    key_name: str | None = None,
    public_key: StrPath | None = None,
    group: str | None = None,
    out: StrPath | None = None,
    urls: Iterable[str] = (),
) -> Migrated:
    """Edit a spec from older features of CloudFront to the current ones, like ``cfstream migrate``. Does not use AWS.

    `to` is one or more of ``oac``, ``bucket-policy`` and ``key-groups``, or ``http``. The keywords are the flags of
    the command. With `dry_run` nothing is written. ``files`` have each text before and after; ``hazards`` names what
    `apply` must be allowed. Raises SpecProblems, WrongUsage or CannotEdit before anything is written.
    """
    return migrated(
        MigrationRequest(
            os.fspath(spec),
            _targets(to),
            stack,
            dry_run,
            key_name,
            path_of(public_key),
            group,
            path_of(out),
            tuple(urls),
        )
    )


def diff(before: StrPath, after: StrPath | None = None) -> Comparison:
    """Return what changes in meaning between two versions of specs, like ``cfstream diff``. Does not use AWS.

    Each version is a path, or a path at a git revision: ``specs/@main``. Without `after`, it is the same path now.
    """
    return compared(os.fspath(before), path_of(after))


def _targets(named: Collection[str]) -> tuple[Target, ...]:
    known = {str(target) for target in Target}
    unknown = [name for name in named if name not in known]
    if unknown or not named:
        what = f"{unknown[0]!r} is not a migration" if unknown else "no migration is named"
        raise WrongUsage(what, one_of(unknown[0] if unknown else "", sorted(known)))
    targets = tuple(Target(name) for name in dict.fromkeys(named))
    if Target.HTTP in targets and len(targets) > 1:
        raise WrongUsage(
            "http excludes other migrations: it writes a new spec", "migrate the new spec afterwards"
        )
    return targets
