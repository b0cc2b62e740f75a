"""Functions for stacks: load their specs, plan, apply, destroy, verify, and show who can read."""

import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import field, replace
from datetime import timedelta
from typing import Unpack

from cfstream import planning, workflow
from cfstream.access.report import StackAccess
from cfstream.api.chosen_aws import ChosenAws, StrPath, connection_to
from cfstream.applying import EventHandler, Report, RunOptions, quiet
from cfstream.aws.clock import SystemClock
from cfstream.connection import Connection
from cfstream.errors import Interrupted, WrongUsage
from cfstream.inventory.deployment import Progress, await_deployed, late
from cfstream.ports import World
from cfstream.sign.keys import PrivateKey, PrivateKeySource, private_key
from cfstream.spec.load import Stack
from cfstream.spec.load import load as load_specs
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import hazards_named
from cfstream.use_cases.apply import verify_applied
from cfstream.use_cases.snapshot import take_snapshot
from cfstream.use_cases.targets import find
from cfstream.verification import KeyAtHand, Proof, VerificationTools
from cfstream.verification.report import with_proof


@dataclass(frozen=True)
class Plan(planning.Plan):
    """What `apply` would do: the plan of each stack, and what it was made from.

    ``in_sync`` is true if there is nothing to do; ``stacks`` have steps, hazards, problems, notices and exposure.
    """

    source: "PlanSource" = field(repr=False, compare=False, kw_only=True)


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


def plan(stacks: Iterable[Stack], **where: Unpack[ChosenAws]) -> Plan:
    """Return what `apply` would do now. Changes nothing.

    A stack that cannot be applied has ``problems``. Raises Refused, NoCredentials, Unreachable, or WrongUsage for
    keywords that exclude each other.
    """
    return _planned(stacks, where, destroying=False)


def destroy(stacks: Iterable[Stack], **where: Unpack[ChosenAws]) -> Plan:
    """Return the plan that deletes everything the stacks own, except buckets and objects. Deletes nothing.

    `apply` runs it, and needs its hazards allowed: ``deletes`` and ``cuts-viewers``. Raises as `plan`.
    """
    return _planned(stacks, where, destroying=True)


def _planned(stacks: Iterable[Stack], where: ChosenAws, *, destroying: bool) -> Plan:
    specs = tuple(stacks)
    connection = connection_to(**where)
    clock = connection.clock()
    world = connection.world(clock)
    made = workflow.make_plan(specs, world, destroying=destroying)
    return Plan(made.account, made.stacks, source=PlanSource(specs, connection, world, clock))


def apply(
    plan: Plan,
    *,
    allow: Collection[str] = (),
    wait: bool = True,
    verify: bool = True,
    edge_url: str | None = None,
    tell: EventHandler = quiet,
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
        proof = verify_applied(source.specs, report, source.world, nullcontext(viewer)).proof
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

    With a private `key`, also verifies what its signatures give access to; without `key_id`, its id is found in AWS.
    `object_key` names the object to request, `edge_url` where viewers' requests are sent instead of to their hosts.
    ``proof.exit_code`` is 0 if all checks pass, 7 if one fails, 1 if one could not be decided. Raises Refused,
    NoCredentials, Unreachable, CannotSign or WrongUsage.
    """
    loaded = key if key is None or isinstance(key, PrivateKey) else private_key(key)
    if key_id is not None and loaded is None:
        raise WrongUsage("key_id needs key", "give the private key, or leave out key_id")
    connection = Connection(profile, region, endpoint_url, edge_url, sandbox=sandbox)
    world = connection.world()
    with connection.viewer(world) as viewer:
        at_hand = KeyAtHand(loaded, key_id) if loaded else None
        return workflow.verify_stacks(
            tuple(stacks), world, VerificationTools(viewer, world.clock, at_hand, object_key)
        )


def access_of(
    stacks: Iterable[Stack], key: str | None = None, **where: Unpack[ChosenAws]
) -> tuple[StackAccess, ...]:
    """Return who can read each stack's bucket now, like ``cfstream access``; with `key`, who can read this object.

    ``rows`` are the readers, ``openings`` those that no spec lists. Raises Refused, NoCredentials or Unreachable.
    """
    return workflow.access_of(tuple(stacks), connection_to(**where).world(), key)


def snapshot(
    stacks: Iterable[Stack], out: StrPath, *, hash_accounts: bool = False, **where: Unpack[ChosenAws]
) -> int:
    """Record what a plan of the stacks reads in a file, and return the number of recorded answers.

    ``cfstream plan --live`` plans from the file. With `hash_accounts`, account numbers are replaced. Raises WrongUsage
    for a file that is not a snapshot of this account, and as `plan`.
    """
    specs = tuple(stacks)
    paths = tuple(dict.fromkeys(stack.path for stack in specs))
    return take_snapshot(
        specs, paths, os.fspath(out), connection_to(**where), hash_accounts=hash_accounts
    ).answers


def wait(
    *named: StrPath,
    timeout: timedelta | None = None,
    tell: Callable[[Progress], None] = lambda _: None,
    **where: Unpack[ChosenAws],
) -> tuple[Progress, ...]:
    """Return when the distributions of these specs or ids are Deployed, and key groups of specs are active.

    `tell` gets each state. `timeout` is by default the longest ``wait.timeout`` of the specs, or half an hour. Raises
    TimedOut, and CfstreamError if there is no distribution yet.
    """
    targets = find([os.fspath(name) for name in named], connection_to(**where))
    seconds = targets.patience if timeout is None else timeout.total_seconds()
    ended = await_deployed(targets.world, targets.found, seconds, tell)
    if error := late(ended, seconds):
        raise error
    return ended


def _applied(plan: Plan, allow: frozenset[str], tell: EventHandler, *, wait: bool) -> Report:
    """Apply in another thread, so that this one gets Ctrl-C and can stop it after the current write."""
    clock = plan.source.clock
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(
            workflow.apply_plan,
            plan,
            plan.source.world,
            RunOptions(allow, no_wait=not wait, interrupted=lambda: clock.interrupted),
            tell=tell,
        )
        try:
            return future.result()
        except KeyboardInterrupt:
            clock.interrupt()
            raise Interrupted("interrupted", "run it again; it resumes") from None
