"""Edits a spec from an older feature of CloudFront to the current one, and creates the key pair that it needs.

``--to http``, which writes a second spec, is in `migration_to_http`.
"""

import difflib
import os
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from cfstream.errors import Notice, SpecProblems, WrongUsage
from cfstream.migration.advice import Advice, Target, advice, signing_places, wants
from cfstream.migration.edits import NewSigner, to_bucket_policy, to_key_groups, to_oac
from cfstream.migration.player_urls import PlayerUrl
from cfstream.spec.edit import EditableDocument
from cfstream.spec.files import Disk
from cfstream.spec.load import load
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack
from cfstream.spec.wording import one_of
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.key_pairs import pair_in, resume_pair, throwaway
from cfstream.use_cases.spec_file import read_spec, replace_spec

KEYS = "keys"
"""The folder beside the spec for new key pairs."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

MigrationOutcome: TypeAlias = Literal["migrated", "begun", "handed-over", "over", "nothing"]


@dataclass(frozen=True)
class WrittenFile:
    """A file before and after; `before` is empty for a new one."""

    path: str
    before: str
    after: str

    def diff(self) -> list[str]:
        """Return the lines of a unified diff, without their line ends."""
        before, after = _LINE.findall(self.before), _LINE.findall(self.after)
        lines = []
        for line in difflib.unified_diff(before, after, self.path if before else "/dev/null", self.path):
            lines.append(line.rstrip("\r\n"))
            if not line.endswith(("\n", "\r")):
                lines.append("\\ No newline at end of file")
        return lines


@dataclass(frozen=True)
class Migrated:
    """What a run wrote, or would write. The paths of files are relative like the user's."""

    outcome: MigrationOutcome
    spec: str
    to: tuple[Target, ...]
    stacks: tuple[str, ...] = ()
    files: tuple[WrittenFile, ...] = ()
    dry_run: bool = False
    private_file: str = ""
    public_file: str = ""
    accounts: tuple[str, ...] = ()
    """The other accounts whose signatures will stop working."""
    opened: bool = False
    """Whether CloudFront read the bucket with unsigned requests."""
    new_spec: str = ""
    """The spec of the http stack beside the old one."""
    names: tuple[str, ...] = ()
    """The host names that move."""
    urls: tuple[PlayerUrl, ...] = ()
    notices: tuple[Notice, ...] = ()
    """Notices about new key files."""

    @property
    def hazards(self) -> list[str]:
        """The hazards that the plan will have."""
        cuts = self.outcome == "handed-over" or (Target.KEY_GROUPS in self.to and bool(self.public_file))
        return ["cuts-viewers"] if cuts else []


@dataclass(frozen=True)
class Advised:
    """A stack, its spec, and what it should migrate to."""

    name: str
    spec: str
    advice: tuple[tuple[Advice, int], ...]
    """Each piece of advice with its line in the spec."""


@dataclass(frozen=True)
class MigrationRequest:
    """The arguments of a migration."""

    spec: str
    to: tuple[Target, ...]
    stack: str | None = None
    """The one stack to migrate, if the file has several."""
    dry_run: bool = False
    key_name: str | None = None
    public_key: str | None = None
    group: str | None = None
    out: str | None = None
    """The file of the http stack's spec; None chooses a name beside the old one."""
    urls: tuple[str, ...] = ()
    """Players' URLs, to map to the http stack."""


class Edited(Disk):
    """The disk after the edit, with these files."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {os.path.realpath(path): content for path, content in files.items()}

    def read(self, path: str, limit: int) -> bytes:
        content = self._files.get(os.path.realpath(path))
        return super().read(path, limit) if content is None else content[: limit + 1]

    def is_regular(self, path: str) -> bool:
        return os.path.realpath(path) in self._files or super().is_regular(path)


def advised(specs: Sequence[str]) -> list[Advised]:
    """Return what each stack should migrate to, with lines in the spec. Raises SpecProblems."""
    return [
        Advised(
            stack.spec.name, stack.path, tuple((each, stack.line(*each.path)) for each in advice(stack.spec))
        )
        for stack in load(specs)
    ]


def migrate(request: MigrationRequest) -> Migrated:
    """Edit the spec; for ``--to http``, write a second spec. With `dry_run`, only return the edit.

    Raises SpecProblems, WrongUsage and CannotEdit before anything is written.
    """
    if Target.HTTP in request.to:
        from cfstream.use_cases.migration_to_http import migrate_to_http

        return migrate_to_http(request)
    return _edit_spec(request)


def _edit_spec(asked: MigrationRequest) -> Migrated:
    """Edit the spec if the new text is valid, and create the key pair that it names."""
    text = read_spec(asked.spec)
    stacks = chosen(load([asked.spec]), asked)
    if not stacks:
        return Migrated("nothing", asked.spec, asked.to)
    signer = _signer(asked, stacks)
    edited = text
    # Last to first, because an edit moves the documents after it.
    for stack in reversed(stacks):
        edited = _edit(edited, stack, asked.to, signer)
    if edited == text:
        return Migrated("nothing", asked.spec, asked.to, stacks=names(stacks))
    private, public = _key_files(asked, signer)
    placeholder = {public: throwaway()} if private and not os.path.exists(public) else {}
    check_texts({asked.spec: edited}, placeholder)
    return Migrated(
        "migrated",
        asked.spec,
        asked.to,
        stacks=names(stacks),
        files=(WrittenFile(asked.spec, text, edited),),
        dry_run=asked.dry_run,
        private_file=private,
        public_file=public,
        accounts=_other_accounts(stacks) if signer else (),
        opened=any(stack.spec.identity == "none" for stack in stacks) and Target.OAC in asked.to,
        notices=() if asked.dry_run else _write(asked.spec, edited, private),
    )


def _write(spec: str, text: str, private: str) -> tuple[Notice, ...]:
    """Create the key pair, then write the spec that names it. Return notices about the key files."""
    notices = resume_pair(os.path.dirname(private), Path(private).stem, "rsa").notices if private else ()
    replace_spec(spec, text)
    return notices


def check_texts(texts: Mapping[str, str], beside: Mapping[str, bytes] = MappingProxyType({})) -> None:
    """Check that these texts are valid specs, with the new files `beside` them. Raises WrongUsage if not."""
    files = {path: text.encode() for path, text in texts.items()}
    try:
        load([*texts], files=Edited({**files, **beside}))
    except SpecProblems as found:
        first = found.problems[0]
        raise WrongUsage(f"the edited spec would have a problem: {first.what}", first.do) from found


def chosen(stacks: Sequence[Stack], asked: MigrationRequest) -> list[Stack]:
    """Return the stacks to edit: the named one, the only one, or all that have something to migrate.

    Raises WrongUsage if the user must name one.
    """
    if asked.stack is not None:
        named = [stack for stack in stacks if stack.spec.name == asked.stack]
        if not named:
            raise WrongUsage(
                f"{asked.spec} has no stack {asked.stack}", one_of(asked.stack or "", names(stacks))
            )
        return named
    if len(stacks) == 1:
        return list(stacks)
    found = [stack for stack in stacks if any(wants(stack.spec, to) for to in asked.to)]
    if len(found) > 1 and {Target.KEY_GROUPS, Target.HTTP} & {*asked.to}:
        raise WrongUsage(
            f"{len(found)} stacks of {asked.spec} would migrate, and each needs its own name",
            f"migrate one at a time: --stack {found[0].spec.name}",
        )
    return found


def names(stacks: Sequence[Stack]) -> tuple[str, ...]:
    """Return the names of stacks."""
    return tuple(stack.spec.name for stack in stacks)


def _edit(text: str, stack: Stack, to: Sequence[Target], signer: NewSigner | None) -> str:
    edits: Mapping[Target, Callable[[EditableDocument, Spec], EditableDocument]] = {
        Target.OAC: to_oac,
        Target.BUCKET_POLICY: to_bucket_policy,
        Target.KEY_GROUPS: lambda each, spec: to_key_groups(each, spec, signer) if signer else each,
    }
    _refuse_rtmp(stack, to)
    editable = EditableDocument.at(text, stack.document.root.at)
    for target in to:
        editable = edits[target](editable, stack.spec)
    return editable.text


HTTP_ONLY = {Target.OAC: "origin access controls", Target.KEY_GROUPS: "key groups"}
"""What streaming distributions do not support."""


def _refuse_rtmp(stack: Stack, to: Sequence[Target]) -> None:
    """Raise WrongUsage for a target that an rtmp stack cannot have."""
    for target in to:
        if stack.spec.delivery == "rtmp" and target in HTTP_ONLY:
            what = f"{stack.spec.name} is an rtmp stack, and streaming distributions do not support"
            first = f"cfstream migrate {shlex.quote(stack.path)} --to {Target.HTTP}"
            raise WrongUsage(f"{what} {HTTP_ONLY[target]}", f"run this first: {first}")


def _signer(asked: MigrationRequest, stacks: Sequence[Stack]) -> NewSigner | None:
    """Return the key group that will sign; None if there are no trusted signers to replace."""
    spec = stacks[0].spec
    if Target.KEY_GROUPS not in asked.to or not (spec.delivery == "rtmp" or signing_places(spec)):
        return None
    group = asked.group or f"{spec.name}-signers"
    if asked.public_key:
        name = asked.key_name or Path(asked.public_key).name.removesuffix(".pem").removesuffix(".pub")
        folder = os.path.dirname(asked.spec) or "."
        return NewSigner(group, name, Path(os.path.relpath(asked.public_key, folder)).as_posix())
    if asked.key_name:
        pair_in(KEYS, asked.key_name)  # raises for a name that CloudFront refuses
        return NewSigner(group, asked.key_name, f"{KEYS}/{asked.key_name}.pub.pem")
    raise WrongUsage(
        "a key group needs a key, but no key is named",
        f"add --key-name {spec.name}-1 to create a key pair, or --public-key FILE to use an existing one",
    )


def _key_files(asked: MigrationRequest, signer: NewSigner | None) -> tuple[str, str]:
    """Return the files of the key pair; the private one is empty if the pair exists already (--public-key)."""
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
