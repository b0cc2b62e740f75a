"""`cfstream permissions`: prints the IAM policy to plan, apply or destroy specs."""

from typing import Annotated

import typer

from cfstream.cli.invocation import invocation_of
from cfstream.cli.options import Specs
from cfstream.cli.terminal import completion
from cfstream.permissions.needs import Purpose


def permissions(
    ctx: typer.Context,
    specs: Specs,
    purpose: Annotated[
        Purpose,
        typer.Option("--for", help="What to allow; apply includes plan and verify."),
    ] = Purpose.APPLY,
    account: Annotated[
        str, typer.Option("--account", metavar="NUMBER", help="The account, for ARNs; * means any.")
    ] = "*",
    role: Annotated[
        str | None,
        typer.Option(
            "--role",
            metavar="ARN",
            autocompletion=completion.roles_of_specs,
            help="The policy of this role, for the specs that name it.",
        ),
    ] = None,
) -> None:
    """Print the minimal IAM policy that cfstream needs for these specs.

    Uses only the specs, not AWS. Limits actions to the bucket, to distributions with the stack's tag, and to the names
    of its records. Notes on stderr list what IAM cannot limit. Without --account, ARNs have a * for the account number:
    IAM accepts that, and a policy has no effect outside its own account. For specs with a role, the policy only allows
    assuming it; --role prints the policy of the role itself. A run that changes a stack from one spec to
    another needs the policies of both.

    Example: cfstream permissions specs/ --for plan > ci-plan.json
    """
    from cfstream.render.document import as_text
    from cfstream.spec.load import load
    from cfstream.use_cases.permission_policy import policy_of

    run = invocation_of(ctx)
    region = run.connection.region or ""
    made = policy_of(load(specs), purpose, account=account, region=region, role=role)
    run.terminal.say(as_text(made.document))
    for notice in made.notices:
        run.terminal.note(f"note: {notice.text}\n")
