"""Everything that can go wrong, as types and values.

::

    CfstreamError                 what, and what to do; the command line prints it and exits
    ├── SpecProblems              every problem of every file at once             exit 2
    ├── WrongUsage                a flag, an argument or a missing extra          exit 2
    │   ├── CannotSign            a key, a time or a URL (in `sign`)
    │   └── NotRecorded           a snapshot lacks what the plan reads (in `recording`)
    ├── NoCredentials             nothing to sign requests with, or expired       exit 1
    ├── Unreachable               the request got no answer and was not acted on  exit 1
    ├── ReplyLost                 a write was sent and its answer never came      exit 1
    ├── Stale                     live is not what the plan was made from         exit 4
    │   └── Mismatch              a saved plan is stale (in `planning`)
    ├── TimedOut                  Deployed did not come in time                   exit 6
    ├── Interrupted               SIGINT: what was under way has ended            exit 130
    └── Refused                   AWS answered with an error code                 exit 1
        ├── NotAuthorized         AccessDenied and its kin
        ├── Missing               NoSuch…: it is not there
        ├── AlreadyThere          …AlreadyExists
        ├── VersionMoved          PreconditionFailed, InvalidIfMatchVersion
        ├── StillInUse            …InUse
        ├── StillEnabled          DistributionNotDisabled
        └── Throttled             Throttling, after botocore's own retries

Problems and notices are values and not exceptions: they are collected, sorted and shown together.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Where:
    """A place in a file. Lines and columns count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    col: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(n) for n in (self.line, self.col) if n)])


@dataclass(frozen=True, order=True)
class Problem:
    """A fault in a spec or in what it stands on, found before anything was written."""

    where: Where
    what: str
    do: str
    source_line: str = field(default="", compare=False)
    """The line as it is written, for the caret; empty where there is none."""
    note: str = field(default="", compare=False)
    """What the caret says about the place; may be empty."""


@dataclass(frozen=True, order=True)
class Notice:
    """Something worth knowing that stops nothing. `warning` ones are shown in the colour of danger."""

    text: str
    warning: bool = False
    do: str = ""
    """What to do about it; empty where nothing need be done."""


class CfstreamError(Exception):
    """Base of all errors that a person is meant to read: `what` went wrong, and what to `do`."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


class SpecProblems(CfstreamError):
    """One or more problems; nothing was done."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem{'s' if len(problems) != 1 else ''}")
        self.problems = problems


class WrongUsage(CfstreamError):
    """A flag, an argument, or an extra that is not installed."""


class NoCredentials(CfstreamError):
    """There are no credentials, or they are expired or not accepted."""


class Unreachable(CfstreamError):
    """The endpoint could not be reached: the request was surely not acted on."""


class ReplyLost(CfstreamError):
    """A write was sent, and no answer came: it may have been acted on or not."""


class Stale(CfstreamError):
    """Live moved since it was read. Nothing was forced; `what` says what moved, from what, to what."""


class TimedOut(CfstreamError):
    """A wait came to its deadline. Running again goes on from here."""


class Interrupted(CfstreamError):
    """The person asked to stop."""


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
        """Where the bucket really is, when S3 told (``x-amz-bucket-region``)."""


class NotAuthorized(Refused):
    """The caller's permissions do not cover the call."""


class Missing(Refused):
    """What was asked for does not exist."""


class AlreadyThere(Refused):
    """A name or a caller reference is taken."""


class VersionMoved(Refused):
    """The ETag sent is not the one that the resource has now."""


class StillInUse(Refused):
    """Something else refers to what was to be deleted."""


class StillEnabled(Refused):
    """A distribution is deleted only when it is disabled and Deployed."""


class Throttled(Refused):
    """Too many requests, also after the retries of botocore."""
