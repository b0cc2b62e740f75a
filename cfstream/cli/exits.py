"""The exit codes that each command can return, and why: for its help, its page of the manual, and tests."""

from collections.abc import Mapping

from cfstream.exit_codes import ExitCode

INTERRUPTED = {ExitCode.INTERRUPTED: "interrupted, with Ctrl-C for example"}
LOCAL = {
    ExitCode.DONE: "done",
    ExitCode.FAILED: "a file cannot be read or written",
    ExitCode.USAGE: "wrong usage",
    **INTERRUPTED,
}
"""A command that needs no AWS and loads no specs."""

SPECS = {**LOCAL, ExitCode.USAGE: "wrong usage, or a problem in a spec"}
"""One that loads specs."""

AWS = {**SPECS, ExitCode.FAILED: "AWS refused, or could not be reached"}
"""One that also uses AWS."""

RUN = {
    **AWS,
    ExitCode.DONE: "done, or nothing to do",
    ExitCode.USAGE: "wrong usage, or a problem in a spec or in AWS; that stack is not changed",
    ExitCode.STALE: "AWS changed since the plan was made; the change of others is kept",
    ExitCode.HAZARD: "a hazard was not allowed, or the spec has protect: true; that stack is not changed",
    ExitCode.TIMED_OUT: "Deployed was not reached in time, or --no-wait left steps for later: run it again",
    ExitCode.INTERRUPTED: "interrupted; the report has the command that resumes",
}
"""One that changes stacks."""

EXITS: Mapping[str, Mapping[ExitCode, str]] = {
    "init": LOCAL,
    "import": {**AWS, ExitCode.USAGE: "wrong usage, or a distribution for which no spec can be written"},
    "validate": {**SPECS, ExitCode.DONE: "the specs have no problems"},
    "fmt": {**SPECS, ExitCode.PENDING: "--check: a file is not formatted"},
    "diff": {**SPECS, ExitCode.FAILED: "a file cannot be read, or git failed"},
    "docs": {**LOCAL, ExitCode.USAGE: "wrong usage, or a field that does not exist"},
    "migrate": {**SPECS, ExitCode.PENDING: "--check: a spec should be migrated"},
    "schema": LOCAL,
    "plan": {
        **AWS,
        ExitCode.DONE: "planned; with --check, there is nothing to do",
        ExitCode.USAGE: "wrong usage, or a problem in a spec or in AWS",
        ExitCode.PENDING: "--check: there are changes to apply",
    },
    "apply": {
        **RUN,
        ExitCode.EXPOSED: "the verification at the end failed: a request was wrongly served or refused, or there is "
        "an opening",
    },
    "wait": {**AWS, ExitCode.DONE: "all are Deployed", ExitCode.TIMED_OUT: "not Deployed within --timeout"},
    "access": AWS,
    "snapshot": {
        **AWS,
        ExitCode.FAILED: "AWS refused or could not be reached, or an account was not recorded",
    },
    "verify": {
        **AWS,
        ExitCode.DONE: "every check passed",
        ExitCode.FAILED: "something could not be verified, or AWS could not be read",
        ExitCode.EXPOSED: "a request was wrongly served or refused, or there is an opening",
    },
    "permissions": SPECS,
    "sign": {
        **AWS,
        ExitCode.DONE: "signed",
        ExitCode.USAGE: "wrong usage, a problem in a spec, or a signature that CloudFront would refuse",
    },
    "explain": {
        **AWS,
        ExitCode.DONE: "explained; with --check, the URL would be accepted",
        ExitCode.FAILED: "AWS refused or could not be reached; --check: the answer is not known",
        ExitCode.EXPOSED: "--check: the URL would be refused",
    },
    "keys new": LOCAL,
    "keys rotate": AWS,
    "list": AWS,
    "show": AWS,
    "destroy": RUN,
    "delete": {**AWS, ExitCode.STALE: "the resource has another version than that of --if-match, or changed"},
    "doctor": {**AWS, ExitCode.DONE: "commands can work", ExitCode.FAILED: "a command would fail"},
    **{f"sandbox {name}": LOCAL for name in ("down", "key-pair", "reset", "serve", "set")},
    "sandbox up": {**LOCAL, ExitCode.FAILED: "the sandbox does not start"},
    "sandbox status": {**LOCAL, ExitCode.DONE: "it is running", ExitCode.FAILED: "it is not running"},
    "help": {**LOCAL, ExitCode.USAGE: "a command that does not exist"},
}
"""The exit codes of each command, by its name after ``cfstream``."""


_OTHER_BRIEFS = {("explain", ExitCode.EXPOSED): "refused"}
"""What a code means in the help of one command, where its usual word would mislead."""

ROOM = 76
"""Columns of a line of a help on 80 columns."""


def exits_line(command: str) -> str:
    """Return the line of a command's help: its codes, each with a word; on a full line only those of few commands."""
    codes = sorted(EXITS[command])
    named = [f"{code.value} {_OTHER_BRIEFS.get((command, code), code.brief)}" for code in codes]
    line = f"Exit codes: {', '.join(named)}"
    if len(line) <= ROOM:
        return line
    usual = [str(code.value) for code in codes if code in LOCAL]
    own = [name for code, name in zip(codes, named, strict=True) if code not in LOCAL]
    return f"Exit codes: {', '.join(usual)}; {', '.join(own)}"
