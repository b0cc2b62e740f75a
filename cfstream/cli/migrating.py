"""From the arguments of `migrate` to edits of a spec: which documents, what is written, and what is made beside it.

``--to http``, which makes another spec, is in `migrating_http`.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cfstream.cli.key_pair import pair_in, resume_pair, throwaway
from cfstream.cli.spec_file import read_spec, replace_spec
from cfstream.errors import SpecProblems, WrongUsage
from cfstream.migration.advice import Target, advice, signing_places, wants
from cfstream.migration.edits import NewSigner, to_bucket_policy, to_key_groups, to_oac
from cfstream.render.advice import Advised
from cfstream.render.migration import Migrated, Written
from cfstream.spec.edit import Manuscript
from cfstream.spec.files import Disk
from cfstream.spec.load import load
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack

KEYS = "keys"
"""The folder beside the spec that a new key pair goes into."""


@dataclass(frozen=True)
class Asked:
    """The arguments of a migration."""

    spec: str
    to: tuple[Target, ...]
    stack: str | None = None
    """The one stack to migrate, of several in the file."""
    dry_run: bool = False
    key_name: str | None = None
    public_key: str | None = None
    group: str | None = None
    out: str | None = None
    """The file of the http stack's spec."""
    urls: tuple[str, ...] = ()
    """Players' URLs."""


class Edited(Disk):
    """The disk as it will be: with these files in it."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {os.path.realpath(path): content for path, content in files.items()}

    def read(self, path: str, limit: int) -> bytes:
        content = self._files.get(os.path.realpath(path))
        return super().read(path, limit) if content is None else content[: limit + 1]

    def is_regular(self, path: str) -> bool:
        return os.path.realpath(path) in self._files or super().is_regular(path)


def advised(specs: Sequence[str]) -> list[Advised]:
    """What each stack should migrate to, with the lines. Raises SpecProblems."""
    return [
        Advised(
            stack.spec.name, stack.path, tuple((each, stack.line(*each.path)) for each in advice(stack.spec))
        )
        for stack in load(specs, stdin=sys.stdin)
    ]


def edit_spec(asked: Asked) -> Migrated:
    """Edits the spec, after the new text has been judged as a whole; makes the key pair that it is to name.

    Raises SpecProblems, WrongUsage and CannotEdit before it writes.
    """
    text = read_spec(asked.spec)
    stacks = chosen(load([asked.spec]), asked)
    if not stacks:
        return Migrated("nothing", asked.spec, asked.to)
    signer = _signer(asked, stacks)
    edited = text
    # From the end, for a document's place is where it was as long as only later ones have changed.
    for stack in reversed(stacks):
        edited = _edit(edited, stack, asked.to, signer)
    if edited == text:
        return Migrated("nothing", asked.spec, asked.to, stacks=names(stacks))
    private, public = _key_files(asked, signer)
    stand_in = {public: throwaway()} if private and not os.path.exists(public) else {}
    judge({asked.spec: edited}, stand_in)
    if not asked.dry_run:
        if private:
            resume_pair(os.path.dirname(private), Path(private).stem, "rsa")
        replace_spec(asked.spec, edited)
    return Migrated(
        "migrated",
        asked.spec,
        asked.to,
        stacks=names(stacks),
        files=(Written(asked.spec, text, edited),),
        dry_run=asked.dry_run,
        private_file=private,
        public_file=public,
        accounts=_other_accounts(stacks) if signer else (),
        opened=any(stack.spec.identity == "none" for stack in stacks) and Target.OAC in asked.to,
    )


def judge(texts: Mapping[str, str], beside: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """Returns when these specs, not written yet, are sound, with the files `beside` them. Raises WrongUsage."""
    files = {path: text.encode() for path, text in texts.items()}
    try:
        load([*texts], files=Edited({**files, **beside}))
    except SpecProblems as found:
        first = found.problems[0]
        raise WrongUsage(f"with this edit there would be a problem: {first.what}", first.do) from found


def chosen(stacks: Sequence[Stack], asked: Asked) -> list[Stack]:
    """The stacks to edit: the one that is named, or the only one, or else all that have something to migrate.

    Raises WrongUsage where one must be named.
    """
    if asked.stack is not None:
        named = [stack for stack in stacks if stack.spec.name == asked.stack]
        if not named:
            there = ", ".join(stack.spec.name for stack in stacks)
            raise WrongUsage(f"{asked.spec} has no stack {asked.stack}", f"it has {there}")
        return named
    if len(stacks) == 1:
        return list(stacks)
    found = [stack for stack in stacks if any(wants(stack.spec, to) for to in asked.to)]
    if len(found) > 1 and {Target.KEY_GROUPS, Target.HTTP} & {*asked.to}:
        raise WrongUsage(
            f"{len(found)} stacks of {asked.spec} are to migrate, and each wants a name of its own",
            f"take them one by one: --stack {found[0].spec.name}",
        )
    return found


def names(stacks: Sequence[Stack]) -> tuple[str, ...]:
    """The names of stacks."""
    return tuple(stack.spec.name for stack in stacks)


def _edit(text: str, stack: Stack, to: Sequence[Target], signer: NewSigner | None) -> str:
    edits: Mapping[Target, Callable[[Manuscript, Spec], Manuscript]] = {
        Target.OAC: to_oac,
        Target.BUCKET_POLICY: to_bucket_policy,
        Target.KEY_GROUPS: lambda each, spec: to_key_groups(each, spec, signer) if signer else each,
    }
    manuscript = Manuscript.at(text, stack.document.root.at)
    for target in to:
        manuscript = edits[target](manuscript, stack.spec)
    return manuscript.text


def _signer(asked: Asked, stacks: Sequence[Stack]) -> NewSigner | None:
    """The key group that is to sign; None where no trusted signers are to be replaced."""
    spec = stacks[0].spec
    if Target.KEY_GROUPS not in asked.to or not (spec.delivery == "rtmp" or signing_places(spec)):
        return None
    group = asked.group or f"{spec.name}-signers"
    if asked.public_key:
        name = asked.key_name or Path(asked.public_key).name.removesuffix(".pem").removesuffix(".pub")
        folder = os.path.dirname(asked.spec) or "."
        return NewSigner(group, name, Path(os.path.relpath(asked.public_key, folder)).as_posix())
    if asked.key_name:
        pair_in(KEYS, asked.key_name)  # a name that CloudFront does not take is refused here
        return NewSigner(group, asked.key_name, f"{KEYS}/{asked.key_name}.pub.pem")
    raise WrongUsage(
        "a key group needs a key, and none is named",
        f"add --key-name {spec.name}-1 to make a key pair, or --public-key FILE for one that you have",
    )


def _key_files(asked: Asked, signer: NewSigner | None) -> tuple[str, str]:
    """The files of the key pair, the private one empty where the pair is not ours to make."""
    if signer is None:
        return "", ""
    public = os.path.join(os.path.dirname(asked.spec), signer.file)
    return ("" if asked.public_key else public.removesuffix(".pub.pem") + ".pem"), public


def _other_accounts(stacks: Sequence[Stack]) -> tuple[str, ...]:
    specs = [stack.spec for stack in stacks]
    lists = [
        (spec.trusted_signers, *(each.trusted_signers for each in spec.http.behaviors)) for spec in specs
    ]
    accounts = {account for each in lists for signers in each for account in signers or ()}
    return tuple(sorted(accounts - {"self"}))
