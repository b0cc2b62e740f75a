"""The questions of ``cfstream init``: asks on a terminal for what no flag sets, or uses the defaults."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

from cfstream.cli.terminal.streams import Terminal
from cfstream.connection import Connection
from cfstream.errors import CfstreamError, NoCredentials, WrongUsage
from cfstream.spec import fields
from cfstream.spec.template import Answers, NewKey
from cfstream.startup.frozen import dataclass
from cfstream.use_cases.new_spec import key_in_file

T = TypeVar("T")

MOST_LISTED = 20
"""The number of listed rows. Other names can still be typed."""

SIGNERS = {
    "a new key pair, created now (recommended)": "new",
    "an existing key pair: its public half": "file",
    "an existing key group of the account, unchanged": "group",
    "AWS accounts (legacy)": "accounts",
    "nobody: the videos are public": "public",
}


SORTS = {
    "--new-key": "new",
    "--public-key": "file",
    "--key-group": "group",
    "--trusted-signer": "accounts",
    "--public": "public",
}

Signers: TypeAlias = NewKey | str | tuple[str, ...] | None


@dataclass(frozen=True)
class Given:
    """The values of the flags."""

    connection: Connection
    terminal: Terminal
    name: str | None
    bucket: str | None
    create_bucket: bool
    cnames: tuple[str, ...]
    delivery: Literal["http", "rtmp"] | None
    new_key: bool
    public_key: str | None
    key_group: str | None
    trusted_signers: tuple[str, ...]
    public: bool
    out: str | None

    @property
    def path(self) -> str | None:
        """The file of the spec, if it is known before the questions; None for standard output."""
        return None if self.out == "-" else self.out or (self.name and f"{self.name}.yaml")

    @property
    def folder(self) -> str:
        """The folder of the spec; paths in the spec are relative to it."""
        return os.path.dirname(self.out) if self.out and self.out != "-" else ""

    @property
    def are_enough(self) -> bool:
        """Whether the flags set what has no default: the name, and who signs."""
        return self.name is not None and bool(self.signs)

    @property
    def signs(self) -> list[str]:
        """The given flags for who signs."""
        flags = {
            "--new-key": self.new_key,
            "--public-key": self.public_key,
            "--key-group": self.key_group,
            "--trusted-signer": self.trusted_signers,
            "--public": self.public,
        }
        return [flag for flag, value in flags.items() if value]


@dataclass(frozen=True)
class Answered:
    """The answers, and whether they need a new key pair."""

    answers: Answers
    makes_key: bool


def answered(given: Given, *, ask: bool) -> Answered:
    """Return the answers for the spec. Repeats a question after an invalid answer; raises WrongUsage for flags."""
    if len(given.signs) > 1:
        raise WrongUsage(f"{given.signs[0]} and {given.signs[1]} exclude each other", "use one of them")
    name = _name(given, ask=ask)
    bucket, create = _bucket(given, name, ask=ask)
    # No question: AWS retired rtmp, so only people who know --delivery need it.
    delivery = given.delivery or "http"
    cnames = tuple(_checked("--cname", each, fields.HostName) for each in given.cnames)
    if ask and not cnames:
        cnames = _ask(
            given, "your host names, separated by spaces (empty: none)", None, _all(fields.HostName)
        )
    signers, makes = _signers(given, name, delivery, ask=ask)
    region = given.connection.region
    answers = Answers(
        name, bucket, create, region if create or given.bucket else None, delivery, cnames, signers
    )
    return Answered(answers, makes)


def _name(given: Given, *, ask: bool) -> str:
    """Return the name of a stack whose file does not exist."""

    def free(text: str) -> str:
        name = str(_checked("the name", _not_a_yes(text, "lectures"), fields.StackName))
        if given.path is None and given.out is None and os.path.lexists(f"{name}.yaml"):
            raise WrongUsage(f"{name}.yaml exists, and is never overwritten", "choose another name")
        return name

    if given.name is None and ask:
        return _ask(given, "name of the stack", "lectures", free)
    return str(_checked("the name", given.name or "lectures", fields.StackName))


def _bucket(given: Given, name: str, *, ask: bool) -> tuple[str, bool]:
    """Return the bucket, and whether apply creates it."""
    if given.bucket is not None:
        return _checked("--bucket", given.bucket, fields.BucketName), given.create_bucket
    usual = f"{name}-videos" if name.endswith("media") else f"{name}-media"
    if not ask:
        return usual, True
    there = _live(given, "buckets", "s3", "list_buckets")
    answer = _ask(
        given,
        _with_list("bucket with the videos, created if it does not exist", there),
        usual,
        lambda text: _picked(there, fields.BucketName)(_not_a_yes(text, usual)),
    )
    return answer, answer not in there


def _signers(given: Given, name: str, delivery: str, *, ask: bool) -> tuple[Signers, bool]:
    """Return who may sign, and whether that needs a new key pair."""
    how = _how(given, delivery, ask=ask)
    own = NewKey(f"{name}-signers", f"{name}-1", f"keys/{name}-1.pub.pem")
    ways: dict[str, Callable[[], Signers]] = {
        "new": lambda: own,
        "later": lambda: own,
        "file": lambda: _of_file(name, given),
        "group": lambda: _group(given),
        "accounts": lambda: _accounts(given),
        "self": lambda: ("self",),
        "public": lambda: None,
    }
    return ways[how](), how == "new"


def _how(given: Given, delivery: str, *, ask: bool) -> str:
    """Return how viewers' requests are signed: from a flag, a question, or the default."""
    if given.signs:
        return SORTS[given.signs[0]]
    if delivery == "rtmp":
        return "self"
    return _choose(given, "who may sign URLs and cookies?", SIGNERS) if ask else "later"


def _group(given: Given) -> str:
    if given.key_group is not None:
        return str(_checked("--key-group", given.key_group, fields.ResourceName))
    there = _live(given, "key groups", "cloudfront", "list_key_groups")
    pick = _picked(there, fields.ResourceName)
    return _ask(given, _with_list("key group", there), None, lambda text: pick(_not_a_yes(text, "")))


def _accounts(given: Given) -> tuple[str, ...]:
    if given.trusted_signers:
        return tuple(_checked("--trusted-signer", each, fields.Signer) for each in given.trusted_signers)
    return _ask(given, "accounts, separated by spaces", "self", _all(fields.Signer))


def _of_file(name: str, given: Given) -> NewKey:
    """Return the key of a file, named after the file."""
    if given.public_key is not None:
        return key_in_file(given.public_key, name, given.folder)
    return _ask(given, "file of the public key", None, lambda file: key_in_file(file, name, given.folder))


def _checked(what: str, value: Any, kind: Any) -> Any:
    """Return the value if it is valid in a spec. Raises WrongUsage with the message of the broken rule."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        context = error.errors()[0].get("ctx", {})
        raise WrongUsage(
            str(context.get("what", f"{what}: {value!r} is not valid")), str(context.get("do", ""))
        ) from error


def _all(kind: Any) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(_checked("answer", word, kind) for word in text.replace(",", " ").split())


def _picked(there: Sequence[str], kind: Any) -> Callable[[str], str]:
    """Return a parser of answers that are the number of a row, or a name."""

    def pick(text: str) -> str:
        if text.isdigit() and 0 < int(text) <= len(there):
            return there[int(text) - 1]
        return str(_checked("answer", text, kind))

    return pick


def _not_a_yes(text: str, usual: str) -> str:
    """Return the answer. Raises WrongUsage for y, n and the like: the question asks for a name."""
    if text.casefold() in ("y", "yes", "n", "no"):
        do = f"type a name, or only press Enter for {usual}" if usual else "type a name"
        raise WrongUsage(f"{text!r} would be the name itself", do)
    return text


def _ask(given: Given, question: str, usual: str | None, read: Callable[[str], T]) -> T:
    """Ask until the answer is valid. Raises KeyboardInterrupt at the end of input."""
    while True:
        given.terminal.tell(f"{question}{f' [{usual}]' if usual else ''}: ")
        line = _line()
        try:
            return read(line or usual or "")
        except WrongUsage as error:
            given.terminal.error(error)


def _line() -> str:
    line = sys.stdin.readline()
    if not line:  # the end of input: Ctrl-D
        raise KeyboardInterrupt
    return line.strip()


def _choose(given: Given, question: str, choices: dict[str, T]) -> T:
    rows = "".join(f"  {number}  {text}\n" for number, text in enumerate(choices, start=1))
    given.terminal.tell(f"{question}\n{rows}")

    def read(text: str) -> T:
        if not (text.isdigit() and 0 < int(text) <= len(choices)):
            raise WrongUsage(f"{text!r} is not one of the choices", f"type a number from 1 to {len(choices)}")
        return list(choices.values())[int(text) - 1]

    return _ask(given, "number", "1", read)


def _with_list(question: str, there: Sequence[str]) -> str:
    if not there:
        return question
    rows = "".join(f"  {number}  {each}\n" for number, each in enumerate(there[:MOST_LISTED], start=1))
    more = f"  and {len(there) - MOST_LISTED} more\n" if len(there) > MOST_LISTED else ""
    return f"{rows}{more}{question}: a number, or a name"


def _live(given: Given, what: str, service: str, operation: str) -> list[str]:
    """Return names from the account. Returns none and prints a note if AWS cannot be used."""
    from cfstream.ports import Call

    given.terminal.note(f"looking for {what}…\n")
    try:
        rows = given.connection.world().reads().items(Call(service, operation))
    except NoCredentials:
        given.terminal.note(
            f"note: {what} are not listed, because there are no AWS credentials; writing a spec needs none\n"
        )
        return []
    except CfstreamError as error:
        given.terminal.note(f"note: {what} could not be listed: {error.what}\n")
        return []
    return sorted(str(row.get("Name") or row["KeyGroup"]["KeyGroupConfig"]["Name"]) for row in rows)
