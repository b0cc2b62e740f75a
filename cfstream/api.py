"""The commands as functions, for programs: `load` (validate), `plan`, `apply`, `verify`, `rotate`, `migrate`, `diff`.

They are public as ``cfstream.load`` and so on. The command line calls the same use cases, and adds flags, questions
and colours. Nothing here prints or asks.
"""

import os
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Literal

from cfstream import planning, workflow
from cfstream.applying import Report, Tell, quiet
from cfstream.aws.clock import SystemClock
from cfstream.comparing import Comparison
from cfstream.connection import Connection
from cfstream.errors import Interrupted, WrongUsage
from cfstream.migration.advice import Target
from cfstream.ports import World
from cfstream.proving import KeyAtHand, Means, Proof
from cfstream.proving.report import with_proof
from cfstream.sign.keys import PrivateKey, PrivateKeySource, private_key
from cfstream.spec.load import Stack
from cfstream.spec.load import load as load_specs
from cfstream.steps.hazards import hazards_named
from cfstream.use_cases.apply import prove_applied
from cfstream.use_cases.diff import diff as compared
from cfstream.use_cases.migration import Migrated, MigrationRequest
from cfstream.use_cases.migration import migrate as migrated
from cfstream.use_cases.rotation import Rotated
from cfstream.use_cases.rotation import rotate as rotated

StrPath = str | os.PathLike[str]
Migration = Literal["oac", "bucket-policy", "key-groups", "http"]


@dataclass(frozen=True)
class Plan(planning.Plan):
    """What `apply` would do: the plan of each stack, and what it was made from.

    ``in_sync`` is true if there is nothing to do; ``stacks`` have steps, hazards, problems, notices and exposure.
    """

    source: "PlanSource" = field(repr=False, compare=False)


@dataclass(frozen=True)
class PlanSource:
    """The specs and the AWS that a plan was made from."""

    specs: tuple[Stack, ...]
    connection: Connection
    world: World
    clock: SystemClock


def load(*specs: StrPath) -> tuple[Stack, ...]:
    """Return the stacks of all documents of these files, or of every ``*.yaml`` and ``*.yml`` in these folders.

    Does not use AWS. Raises SpecProblems with every problem of every file, and where it is.
    """
    return load_specs([os.fspath(spec) for spec in specs])


def plan(
    stacks: Iterable[Stack],
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    sandbox: bool = False,
    destroying: bool = False,
) -> Plan:
    """Return what `apply` would do now. Changes nothing.

    With `destroying` it plans to delete the stacks: its hazards are ``deletes`` and ``cuts-viewers``. Without keywords
    AWS is found as boto3 finds it. With `sandbox` it is the sandbox of the working directory, started if needed. A
    stack that cannot be applied has ``problems``. Raises Refused, NoCredentials, Unreachable, or WrongUsage for
    keywords that exclude each other.
    """
    specs = tuple(stacks)
    connection = Connection(profile, region, endpoint_url, sandbox=sandbox)
    clock = connection.clock()
    world = connection.world(clock)
    made = workflow.make_plan(specs, world, destroying=destroying)
    return Plan(made.account, made.stacks, PlanSource(specs, connection, world, clock))


def apply(
    plan: Plan,
    *,
    allow: Collection[str] = (),
    wait: bool = True,
    verify: bool = True,
    edge_url: str | None = None,
    tell: Tell = quiet,
) -> Report:
    """Run the plan, in the AWS that it was made from, and return the outcome of every step.

    Like ``cfstream apply --yes``: a stack with problems, with a hazard that `allow` does not name, or with ``protect``
    is left out. A resource that changed since the plan is refused, never overwritten. With `verify`, stacks that are
    Deployed are verified at the end, as far as possible. None of that raises: ``report.exit_code`` is 0 if all is well,
    and each stack has its ``outcome``. To resume, make a new plan and apply it.

    `tell` gets each event (`cfstream.Event`). Raises WrongUsage for an unknown hazard or an invalid edge URL. On
    Ctrl-C the current write finishes, the remaining steps are not tried, and Interrupted is raised.
    """
    allowed = hazards_named([allow] if isinstance(allow, str) else allow)
    source = plan.source
    if not verify:
        return _applied(plan, allowed, tell, wait=wait)
    # Open it first, so that an invalid URL is refused before anything is written.
    with replace(source.connection, edge_url=edge_url).viewer(source.world) as viewer:
        report = _applied(plan, allowed, tell, wait=wait)
        proof = prove_applied(source.specs, report, source.world, nullcontext(viewer)).proof
    return report if proof is None else with_proof(report, proof)


def verify(
    stacks: Iterable[Stack],
    *,
    key: PrivateKey | PrivateKeySource | None = None,
    key_id: str | None = None,
    object_key: str | None = None,
    edge_url: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    sandbox: bool = False,
) -> Proof:
    """Return the proof that signed requests are served and all others refused. Changes nothing.

    With a private `key`, also proves what its signatures open; without `key_id`, its id is found in AWS. `object_key`
    names the object to request, `edge_url` where viewers' requests are sent instead of to their hosts.
    ``proof.exit_code`` is 0 if all checks pass, 7 if one fails, 1 if one could not be proved. Raises Refused,
    NoCredentials, Unreachable, CannotSign or WrongUsage.
    """
    loaded = key if key is None or isinstance(key, PrivateKey) else private_key(key)
    if key_id is not None and loaded is None:
        raise WrongUsage("key_id needs key", "give the private key, or leave out key_id")
    connection = Connection(profile, region, endpoint_url, edge_url, sandbox=sandbox)
    world = connection.world()
    with connection.viewer(world) as viewer:
        at_hand = KeyAtHand(loaded, key_id) if loaded else None
        return workflow.prove_stacks(tuple(stacks), world, Means(viewer, world.clock, at_hand, object_key))


def rotate(
    spec: StrPath,
    group: str | None = None,
    *,
    name: str | None = None,
    now: bool = False,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    sandbox: bool = False,
) -> Rotated:
    """Advance the rotation of a key group by one stage, like ``cfstream keys rotate``: edit the spec.

    Without `group`, the only key group of the spec. `name` names the new key; with `now`, for a leaked key, the old one
    is removed at once. Apply the spec, and call it again: ``outcome`` is ``begun``, ``apply-first``, ``waiting`` (until
    ``until``) or ``taken-out``. Raises SpecProblems, WrongUsage or CannotEdit before anything is written.
    """
    connection = Connection(profile, region, endpoint_url, sandbox=sandbox)
    return rotated(os.fspath(spec), group, connection, new=name, now=now)


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
            _path(public_key),
            group,
            _path(out),
            tuple(urls),
        )
    )


def diff(before: StrPath, after: StrPath | None = None) -> Comparison:
    """Return what changes in meaning between two versions of specs, like ``cfstream diff``. Does not use AWS.

    Each version is a path, or a path at a git revision: ``specs/@main``. Without `after`, it is the same path now.
    """
    return compared(os.fspath(before), _path(after))


def _path(given: StrPath | None) -> str | None:
    return None if given is None else os.fspath(given)


def _targets(named: Collection[str]) -> tuple[Target, ...]:
    known = {str(target) for target in Target}
    unknown = [name for name in named if name not in known]
    if unknown or not named:
        what = f"{unknown[0]!r} is not a migration" if unknown else "no migration is named"
        raise WrongUsage(what, f"use one of {', '.join(sorted(known))}")
    targets = tuple(Target(name) for name in dict.fromkeys(named))
    if Target.HTTP in targets and len(targets) > 1:
        raise WrongUsage(
            "http excludes other migrations: it writes a new spec", "migrate the new spec afterwards"
        )
    return targets


def _applied(plan: Plan, allow: frozenset[str], tell: Tell, *, wait: bool) -> Report:
    """Apply in another thread, so that this one gets Ctrl-C and can stop it after the current write."""
    clock = plan.source.clock
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(
            workflow.apply_plan,
            plan,
            plan.source.world,
            tell=tell,
            allow=allow,
            no_wait=not wait,
            interrupted=lambda: clock.interrupted,
        )
        try:
            return future.result()
        except KeyboardInterrupt:
            clock.interrupt()
            raise Interrupted("interrupted", "run it again; it resumes") from None
