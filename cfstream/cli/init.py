"""``cfstream init``: a commented spec to start from."""

from pathlib import Path
from typing import Annotated

import typer

from cfstream.cli.terminal import note, say
from cfstream.errors import WrongUsage

SPEC = """\
# One private set-up of CloudFront: a bucket with media, a distribution, and who may play them.
# For completion in an editor: run "cfstream schema > cfstream.v1.json", and make the first line
# "# yaml-language-server: $schema=cfstream.v1.json".
version: 1
name: {name}
comment: Private {name}

# The bucket with the media. create: true makes it, closed to the public, if there is none.
# No bucket is ever deleted.
bucket: {{name: {name}-media, create: true}}

# Who may sign URLs and cookies. Nobody else can play anything. Make the key pair, and keep its
# private half out of version control:
#   cfstream keys new {name}-1
key_groups:
  - name: {name}-signers
    public_keys:
      - name: {name}-1
        file: keys/{name}-1.pub.pem    # relative to this file

# The longest that a signed URL may be valid. A key that was replaced lives on for that long.
sign: {{max_validity: 24h}}

# Host names of your own. They need a certificate in us-east-1 that covers them all.
# cnames: [media.example.com]
# http:
#   certificate: arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012

# A field that is absent is not managed; [], "" and false say that there shall be none.
# There is more: price_class, logging, tags, protect, http.behaviors (posters for everybody), …
# "cfstream schema" describes each field, and "cfstream validate" checks this file without AWS.
"""


def init(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of the stack: writes NAME.yaml. Absent: standard output."),
    ] = None,
) -> None:
    """Write a commented spec to start from. A file that exists is never overwritten.

    Example: cfstream init lectures
    """
    if name is None:
        say(SPEC.format(name="lectures"))
        return
    from cfstream.spec.fields import STACK_NAME

    if not STACK_NAME.fullmatch(name):
        what = f"{name!r} is no name for a stack: it wants a-z first, then at most 31 of a-z, 0-9 and -"
        raise WrongUsage(what, "choose a name like lectures")
    path = Path(f"{name}.yaml")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(SPEC.format(name=name))
    except FileExistsError as error:
        raise WrongUsage(
            f"{path} is there already, and stays as it is", "choose another name, or edit the file"
        ) from error
    say(f"wrote {path}\n")
    note(f'next: make the key pair as it says, then "cfstream validate {path}"\n')
