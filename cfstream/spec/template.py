"""A new spec as text: commented, in canonical form, with what somebody answered filled in."""

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Literal

from cfstream.spec.edit.writing import scalar
from cfstream.startup.frozen import dataclass

_BLANK = "\0"
"""Stands for a blank where a line must not end."""

MARGIN = 80
"""Columns of a comment."""


@dataclass(frozen=True)
class NewKey:
    """A key pair of the stack's own: the name of its group, that of the key, and the file of its public half."""

    group: str
    name: str
    file: str


@dataclass(frozen=True)
class Answers:
    """What is asked before a spec is written."""

    name: str
    bucket: str
    create: bool
    region: str | None = None
    delivery: Literal["http", "rtmp"] = "http"
    cnames: tuple[str, ...] = ()
    signers: NewKey | str | tuple[str, ...] | None = None
    """A key, the name of a group that exists, accounts, or None: nobody needs to sign."""


def spec_text(answers: Answers) -> str:
    """The spec, with comments of at most 80 columns."""
    parts = [
        _head(answers),
        _bucket(answers),
        _cnames(answers),
        _access(answers),
        _signers(answers),
        _outside(answers),
        _rest(answers),
    ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in map(list, parts) if part)


def _head(answers: Answers) -> Iterator[str]:
    yield from _comment(
        "A private set-up on CloudFront: a bucket with media, a distribution, and who may play "
        'them. "cfstream docs" shows what each field means. To see that in an editor, run '
        '"cfstream schema > cfstream.v1.json", and make the first line '
        '"# yaml-language-server: $schema=cfstream.v1.json".'
    )
    yield "version: 1"
    yield f"name: {answers.name}"
    if answers.delivery == "rtmp":
        yield "delivery: rtmp    # retired by AWS at the end of 2020: http works there"
    yield f"comment: Private {answers.name}"


def _bucket(answers: Answers) -> Iterator[str]:
    if answers.create:
        yield from _comment(
            "The bucket with the media. create: true creates it if it does not exist, and blocks all public access. "
            "cfstream never deletes a bucket."
        )
    else:
        yield from _comment(
            "The bucket with the media. cfstream adds one statement to its policy, which lets the "
            "distribution read, and changes nothing else. It never deletes a bucket."
        )
    more = {"region": answers.region, "create": "true" if answers.create else None}
    fields = "".join(f", {key}: {value}" for key, value in more.items() if value)
    yield (
        f"bucket: {{name: {scalar(answers.bucket)}{fields}}}"
        if fields
        else f"bucket: {scalar(answers.bucket)}"
    )


def _cnames(answers: Answers) -> Iterator[str]:
    yield from _comment(
        "Host names of your own. They need a certificate in us-east-1 that covers them all: cfstream "
        "finds it, or http.certificate names it."
    )
    named = answers.cnames or ("media.example.com",)
    line = f"cnames: [{', '.join(map(scalar, named))}]"
    yield line if answers.cnames else f"# {line}"


def _access(answers: Answers) -> Iterator[str]:
    if answers.delivery == "rtmp":
        yield from _comment(
            "How CloudFront reads the bucket: an origin access identity, the only way for rtmp."
        )
        yield "oai: {}"
    else:
        yield from _comment(
            "How CloudFront reads the bucket: an origin access control that cfstream creates."
        )
        yield "oac: {}"


def _signers(answers: Answers) -> Iterator[str]:
    if answers.signers is None:
        yield from _comment("Nobody needs to sign: anyone can play everything in the bucket.")
        yield "public: true"
        return
    match answers.signers:
        case NewKey(group, name, file):
            yield from _comment(
                "Who may sign URLs and cookies. Nobody else can play anything. The private half of the key "
                "pair signs: keep it out of version control."
            )
            yield "key_groups:"
            yield f"  - name: {scalar(group)}"
            yield "    public_keys:"
            yield f"      - name: {scalar(name)}"
            yield f"        file: {scalar(file)}    # relative to this file"
        case str(group):
            yield from _comment(
                "Who may sign URLs and cookies: a key group that exists. cfstream uses it and "
                "never changes it."
            )
            yield "key_groups:"
            yield f"  - use: {scalar(group)}"
        case tuple(accounts):
            yield from _comment("The accounts whose key pairs may sign. Account numbers need quotes.")
            yield f"trusted_signers: [{', '.join(map(scalar, accounts))}]"
    yield ""
    yield from _comment(
        "How long a signed URL may be valid at most. A replaced key stays in force for that long."
    )
    yield "sign: {max_validity: 24h}"


def _outside(_answers: Answers) -> Iterator[str]:
    yield from _comment(
        "Who else may read the bucket, like the account that transcodes. Every other reader from outside is reported "
        'as an opening ("cfstream docs also_read_by").'
    )
    yield '# also_read_by: ["999988887777"]'


def _rest(answers: Answers) -> Iterator[str]:
    if answers.delivery == "http":
        yield from _comment("Other rules for some paths, such as public posters:")
        yield from ("# http:", "#   behaviors:", '#     - {path: "/posters/*", public: true}', "")
    yield from _comment(
        'A field that is absent is not managed; [], "" and false mean none. '
        '"cfstream validate" checks this file without AWS.'
    )


def _comment(text: str) -> Iterator[str]:
    """Yield the lines of a comment. What is in quotes, to be copied, stays on one line."""
    whole = re.sub(r'"[^"]*"', lambda quoted: quoted[0].replace(" ", _BLANK), text)
    lines = wrap(whole, MARGIN - 2, break_on_hyphens=False, break_long_words=False)
    return (f"# {line.replace(_BLANK, ' ')}" for line in lines)
