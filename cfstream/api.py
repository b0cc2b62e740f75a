"""The commands as functions, for programs: `load` (validate), `plan`, `apply` and `verify`.

They are offered as ``cfstream.load`` and so on. The command line goes the same road, through `workflow`, `connection`
and `spec.load`, and adds what a terminal needs: flags, questions, colours. Nothing here prints or asks.
"""

import os
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from cfstream import planning, workflow
from cfstream.applying import Quiet, Report, Telling
from cfstream.aws.clock import SystemClock
from cfstream.connection import Connection
from cfstream.errors import CfstreamError, Interrupted, WrongUsage
from cfstream.ports import World
from cfstream.proving import KeyAtHand, Means, Proof
from cfstream.proving.report import provable, with_proof
from cfstream.sign.keys import PrivateKey, PrivateKeySource, private_key
from cfstream.spec.load import Stack
from cfstream.spec.load import load as load_specs
from cfstream.steps.hazards import hazards_named


@dataclass(frozen=True)
class Plan(planning.Plan):
    """What `apply` would do: the plan of each stack, and of what and for which AWS it was made.

    ``in_sync`` says that there is nothing to do; ``stacks`` hold steps, hazards, problems, notices and exposure.
    """

    source: "Source" = field(repr=False, compare=False)


@dataclass(frozen=True)
class Source:
    """What a plan was made from."""

    specs: tuple[Stack, ...]
    connection: Connection
    world: World
    clock: SystemClock


def load(*specs: str | os.PathLike[str]) -> tuple[Stack, ...]:
    """The stacks of all documents of these files; of a folder every ``*.yaml`` and ``*.yml`` under it.

    Asks no AWS. Raises SpecProblems, with every problem of every file and its place.
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
    """What `apply` would do, from what is live now. Changes nothing.

    With `destroying` it is the plan to take the stacks away: it has the hazards ``deletes`` and ``cuts-viewers``.
    Without keywords AWS is found as boto3 finds it. With `sandbox` it is the sandbox of the folder where the process
    stands, started if need be. A stack that cannot be applied has ``problems``. Raises Refused, NoCredentials,
    Unreachable, or WrongUsage for keywords that exclude each other.
    """
    specs = tuple(stacks)
    connection = Connection(profile, region, endpoint_url, sandbox=sandbox)
    clock = connection.clock()
    world = connection.world(clock)
    made = workflow.make_plan(specs, world, destroying=destroying)
    return Plan(made.account, made.stacks, Source(specs, connection, world, clock))


def apply(
    plan: Plan,
    *,
    allow: Collection[str] = (),
    wait: bool = True,
    verify: bool = True,
    edge_url: str | None = None,
    tell: Telling | None = None,
) -> Report:
    """Does what the plan says, in the AWS that it was made for, and reports what became of every step.

    Like ``cfstream apply --yes``: a stack with problems, with a hazard that `allow` does not name, or with ``protect``
    is left out whole; what moved since the plan is refused and never overwritten; with `verify` what is Deployed is
    proved in the end, as far as it can be. None of that raises: ``report.exit_code`` is 0 when all is well, and each
    stack has its ``outcome``. Running again, with a new plan, goes on from where this ended.

    `tell` hears of each step as it begins and ends. Raises WrongUsage for a hazard that there is not, or for
    an edge URL that is none. On Ctrl-C the write under way ends, the rest is not tried, and Interrupted is raised.
    """
    allowed = hazards_named([allow] if isinstance(allow, str) else allow)
    source, told = plan.source, tell or Quiet()
    if not verify:
        return _walked(plan, allowed, told, wait=wait)
    # Opened first, so that a wrong URL is told before anything is done.
    with replace(source.connection, edge_url=edge_url).viewer(source.world) as viewer:
        report = _walked(plan, allowed, told, wait=wait)
        deployed = provable(source.specs, report)
        try:
            proof = workflow.prove_stacks(deployed, source.world, Means(viewer, source.clock))
        except CfstreamError:
            return report  # what cannot be proved changes nothing
    return with_proof(report, proof)


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
    """The proof that the signed get in and nobody else: asks every address of each stack. Changes nothing.

    With a private `key` also what its signatures open; its id is looked for in AWS where `key_id` does not say it.
    `object_key` names the object to ask for, `edge_url` where viewers' requests are sent instead of to the host that
    they name. ``proof.exit_code`` is 0 when all claims hold, 7 when one is broken, 1 when one could not be proved.
    Raises Refused, NoCredentials, Unreachable, CannotSign or WrongUsage.
    """
    loaded = key if key is None or isinstance(key, PrivateKey) else private_key(key)
    if key_id is not None and loaded is None:
        raise WrongUsage(
            "key_id names a key, and key is not there", "give the private key, or leave key_id out"
        )
    connection = Connection(profile, region, endpoint_url, edge_url, sandbox=sandbox)
    world = connection.world()
    with connection.viewer(world) as viewer:
        at_hand = KeyAtHand(loaded, key_id) if loaded else None
        return workflow.prove_stacks(tuple(stacks), world, Means(viewer, world.clock, at_hand, object_key))


def _walked(plan: Plan, allow: frozenset[str], tell: Telling, *, wait: bool) -> Report:
    """Applies in a thread of its own, so that Ctrl-C finds this one waiting and can end the other in good order."""
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
            raise Interrupted("interrupted", "run it again: it goes on from where it ended") from None
