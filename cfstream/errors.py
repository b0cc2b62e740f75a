"""All errors, problems and notices.

::

    CfstreamError                 what went wrong and the fix; the command line prints both
    ├── SpecProblems              every problem of every file at once             exit 2
    ├── WrongUsage                a flag, an argument or a missing extra          exit 2
    │   ├── CannotSign            a key, a time or a URL (in `sign`)
    │   └── NotRecorded           a snapshot lacks what the plan reads (in `recording`)
    ├── NoCredentials             no credentials, or they have expired            exit 1
    ├── CannotAssume              AWS does not let the caller assume a role       exit 1
    ├── Unreachable               no answer, and the request had no effect        exit 1
    ├── ReplyLost                 no answer to a write, which may have an effect  exit 1
    ├── Stale                     the live state is not what the plan read        exit 4
    │   └── Mismatch              a saved plan is stale (in `planning`)
    ├── TimedOut                  not Deployed before the timeout                 exit 6
    ├── Interrupted               SIGINT; the write under way has finished        exit 130
    └── Refused                   AWS answered with an error code                 exit 1
        ├── NotAuthorized         AccessDenied and similar codes
        ├── Missing               NoSuch…: it does not exist
        ├── AlreadyThere          …AlreadyExists
        ├── VersionMoved          PreconditionFailed, InvalidIfMatchVersion
        ├── StillInUse            …InUse
        ├── StillEnabled          DistributionNotDisabled
        └── Throttled             Throttling, after botocore's own retries

Problems and notices are values, not exceptions: they are collected, sorted and shown together.
"""

from dataclasses import field

from cfstream.startup.frozen import dataclass


def why_unread(error: OSError | ValueError) -> str:
    """Return why a file cannot be read."""
    match error:
        case FileNotFoundError():
            return "the file does not exist"
        case OSError():
            return f"the file cannot be read: {reason_of(error)}"
    return "this is not a valid file name"


def reason_of(error: OSError) -> str:
    """Return the system's reason as a part of a sentence: ``no space left on device``."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


@dataclass(frozen=True, order=True)
class Where:
    """A place in a file. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    col: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.col) if n)])


@dataclass(frozen=True)
class TakenName:
    """A resource that a spec names, and that is not its stack's."""

    what: str
    """``the key group viewers``"""
    owner: str
    """The stack that owns it; empty if it is of no stack."""
    shareable: bool = False
    """Whether two stacks may trust it: a key group, or a key in one."""
    use: str = ""
    """The name by which a spec uses it without owning it; empty if none can."""


@dataclass(frozen=True, order=True)
class Problem:
    """A fault in a spec or in what it requires, found before anything was written."""

    where: Where
    what: str
    do: str
    source_line: str = field(default="", compare=False)
    """The source line, for the caret; empty if there is none."""
    note: str = field(default="", compare=False)
    """The text after the caret; may be empty."""
    taken: TakenName | None = field(default=None, compare=False)
    """What the spec names and another stack owns; None if the problem is not about that."""
    absent: bool = field(default=False, compare=False)
    """Whether a field is missing: no line of the file has it, so the problems that have one come first."""


@dataclass(frozen=True, order=True)
class Notice:
    """Information that stops nothing. Those with `warning` are shown in the warning colour."""

    text: str
    warning: bool = False
    do: str = ""
    """How to fix it; empty if nothing needs fixing."""
    always: bool = False
    """Whether a brief plan shows it too, and Markdown and HTML also for a stack without changes."""
    stays: bool = False
    """Whether something of the stack stays because others use it. The spec is needed to delete it later.

    A brief plan shows it too.
    """
    left: tuple[str, ...] = ()
    """What stays in the account although nothing is known to need it: the last lines of destroy name it again.

    A brief plan shows it too.
    """
    of_run: bool = False
    """Whether it is about several stacks of the run, and shown apart from them, though one stack has it."""


class CfstreamError(Exception):
    """The base of all errors that users read: `what` went wrong, and what to `do`."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


@dataclass(frozen=True)
class OtherSpecs:
    """How a run that stopped can go on with the specs that have no problem."""

    advice: str
    """What to do, in words."""
    arguments: tuple[str, ...]
    """The arguments that named all specs."""
    files: tuple[str, ...]
    """The files to name in their place."""


class SpecProblems(CfstreamError):
    """One or more problems; nothing was done."""

    others: "OtherSpecs | None" = None
    """The specs that have no problem, if there are any."""

    def __init__(self, problems: tuple[Problem, ...], do: str = "") -> None:
        super().__init__(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}", do)
        self.problems = problems

    def __str__(self) -> str:
        """Return a line for each problem: ``lectures.yaml:3:9: what (fix: do)``."""
        return "\n".join(f"{each.where}: {each.what} (fix: {each.do})" for each in self.problems)


class WrongUsage(CfstreamError):
    """A wrong flag or argument, or an extra that is not installed."""


class NoCredentials(CfstreamError):
    """The credentials are missing, expired or rejected."""


class CannotAssume(CfstreamError):
    """AWS does not let the caller assume the role of a stack. A plan has it as a problem of the stack."""


class Unreachable(CfstreamError):
    """The endpoint could not be reached. The request certainly had no effect."""


class ReplyLost(CfstreamError):
    """A write was sent, and no answer arrived. It may or may not have taken effect."""


class Stale(CfstreamError):
    """The live state changed since it was read. Nothing was forced. The error lists what changed."""


class TimedOut(CfstreamError):
    """A wait reached its timeout. The same command resumes it."""


class Interrupted(CfstreamError):
    """The user interrupted the run."""


class Refused(CfstreamError):
    """AWS answered a call with an error code."""

    def __init__(
        self, operation: str, code: str, message: str, *, request_id: str = "", status: int = 0, do: str = ""
    ) -> None:
        tail = f", request {request_id}" if request_id else ""
        super().__init__(f"{operation} was refused: {message or code} ({code}{tail})", do)
        self.operation = operation
        self.code = code
        self.message = message
        self.request_id = request_id
        self.status = status
        self.region = ""
        """The bucket's actual region, if S3 sent it (``x-amz-bucket-region``)."""


class NotAuthorized(Refused):
    """The caller's permissions do not cover the call."""


class Missing(Refused):
    """The resource does not exist."""


class AlreadyThere(Refused):
    """The name or the caller reference is in use."""


class VersionMoved(Refused):
    """The ETag in the request is not the resource's current one."""


class StillInUse(Refused):
    """Another resource refers to the one to delete."""


class StillEnabled(Refused):
    """Only a disabled and Deployed distribution can be deleted."""


class Throttled(Refused):
    """Too many requests, even after botocore's retries."""
