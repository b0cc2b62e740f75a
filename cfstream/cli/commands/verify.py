"""`cfstream verify`: tests who can read, with requests from outside."""

import sys
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import AllObjects, Specs
from cfstream.cli.terminal import completion
from cfstream.errors import WrongUsage


class VerifyFormat(StrEnum):
    """The output formats of a proof."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


def verify(
    ctx: typer.Context,
    specs: Specs,
    *,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="FILE",
            autocompletion=completion.private_keys,
            help="A private key, to check signed requests too.",
        ),
    ] = None,
    key_id: Annotated[
        str | None,
        typer.Option("--key-id", metavar="ID", help="The id of its public key. Default: found in AWS."),
    ] = None,
    wanted: Annotated[
        str | None,
        typer.Option(
            "--object", metavar="KEY", help="The object to request. Default: some objects of the bucket."
        ),
    ] = None,
    output: Annotated[VerifyFormat, typer.Option("--format", help="The output format.")] = VerifyFormat.TEXT,
    all_objects: AllObjects = False,
) -> None:
    """Verify that signed requests are served, and that all others are refused.

    Requests every host name of each stack, in every behavior, without a signature and with invalid ones. Requests the
    bucket at each of its own addresses. Reads policies, ACLs, access points and other distributions. With --key, also
    tests that its signatures give access to the paths of the key, and to nothing else. Exits with 7 if something is
    served that must be refused, or refused that must be served; with 1 if something could not be verified.

    Example: cfstream verify lectures.yaml --key keys/lectures-2026-11.pem
    """
    from cfstream.cli.terminal.private_key import open_private_key
    from cfstream.render.document import answer
    from cfstream.render.junit import proof_junit
    from cfstream.render.verify import proof_document, proof_text
    from cfstream.spec.load import load
    from cfstream.verification import KeyAtHand, VerificationTools
    from cfstream.workflow import verify_stacks

    if key_id is not None and key is None:
        raise WrongUsage("--key-id needs --key", "add --key FILE, or remove --key-id")
    run = invocation_of(ctx)
    terminal = run.terminal
    stacks = load(specs)
    at_hand = KeyAtHand(open_private_key(key, terminal), key_id) if key is not None else None
    world = replace(run.connection.world(), all_objects=all_objects)
    with run.connection.viewer(world) as viewer:
        proof = verify_stacks(stacks, world, VerificationTools(viewer, world.clock, at_hand, wanted))
    match output:
        case VerifyFormat.JSON:
            terminal.say(answer(proof_document(proof), proof.exit_code))
        case VerifyFormat.JUNIT:
            terminal.say(proof_junit(proof))
        case VerifyFormat.TEXT:
            terminal.say(proof_text(proof, color=terminal.colored(sys.stdout), width=terminal.width()))
    raise typer.Exit(proof.exit_code)
