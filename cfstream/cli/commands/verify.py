"""`cfstream verify`: proves that the signed get in, and nobody else."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from cfstream.cli import connection
from cfstream.cli.options import Specs
from cfstream.cli.terminal import streams
from cfstream.errors import WrongUsage


class VerifyFormat(StrEnum):
    """How the proof is written."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def verify(
    specs: Specs,
    key: Annotated[
        str | None, typer.Option("--key", metavar="FILE", help="A private key, to prove what it opens.")
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option("--key-id", metavar="ID", help="The id of its public key. Absent: looked for in AWS."),
    ] = None,
    wanted: Annotated[
        str | None,
        typer.Option("--object", metavar="KEY", help="The object to ask for. Absent: some are looked for."),
    ] = None,
    output: Annotated[VerifyFormat, typer.Option("--format", help="How to print it.")] = VerifyFormat.TEXT,
) -> None:
    """Prove that the signed get in, and nobody else.

    Asks every address of each stack, in every behavior, without a signature and with wrong ones; asks the bucket by
    each of its own addresses; and reads policies, ACLs, access points and other distributions. With --key also proves
    what its signatures open, and that they open nothing else. Exits with 7 when somebody gets in who must not, or is
    kept out who should; with 1 when something could not be proved.

    Example: cfstream verify lectures.yaml --key keys/lectures-2026-11.pem
    """
    from cfstream.cli.terminal.private_key import read_private_key
    from cfstream.proving import KeyAtHand, Means
    from cfstream.render.json import as_text
    from cfstream.render.verify import proof_document, proof_junit, proof_text
    from cfstream.spec.load import load
    from cfstream.workflow import prove_stacks

    if key_id is not None and key is None:
        raise WrongUsage(
            "--key-id names a key, and --key is not there", "add --key FILE, or leave --key-id out"
        )
    stacks = load(specs, stdin=sys.stdin)
    at_hand = KeyAtHand(read_private_key(key), key_id) if key is not None else None
    world = connection.current().world()
    with connection.current().viewer(world) as viewer:
        proof = prove_stacks(stacks, world, Means(viewer, world.clock, at_hand, wanted))
    match output:
        case VerifyFormat.JSON:
            streams.say(as_text(proof_document(proof)))
        case VerifyFormat.JUNIT:
            streams.say(proof_junit(proof))
        case VerifyFormat.TEXT:
            streams.say(proof_text(proof, color=streams.colored(sys.stdout), width=streams.width()))
    raise typer.Exit(proof.exit_code)
