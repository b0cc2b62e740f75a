"""The three things that a pipeline does with specs: check them, plan them, apply a plan. The same on every host."""

import json
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from cfstream.ci.body import body_of
from cfstream.ci.running import PROGRAM, Ran, run
from cfstream.render.text import summary_line
from cfstream.values import Verb

COMMANDS = ("validate", "plan", "apply")
PLAN_FILE = "cfstream.plan.json"
PENDING = 3
USAGE = 2


@dataclass(frozen=True)
class Runner:
    """What a host's runner gives a job."""

    env: Mapping[str, str]
    log: TextIO
    program: Sequence[str] = PROGRAM
    """What is run as cfstream."""
    sleep: Callable[[float], None] = time.sleep
    """How a busy host is waited for."""

    def tell(self, text: str) -> None:
        """Writes to the log, at once: an apply may take half an hour."""
        self.log.write(text)
        self.log.flush()


@dataclass(frozen=True)
class Job:
    """What a pipeline was told to do."""

    command: str
    specs: tuple[str, ...]
    args: tuple[str, ...]
    """Further arguments of the command."""
    plan_file: str
    """Where a plan is saved, and what is applied; empty: the specs are applied."""
    live: str
    """A snapshot to plan from; empty: from AWS."""
    check: bool
    """Whether pending steps make it fail."""
    key: str
    """What tells this plan's comment from others of the same pull request."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Job":
        """The job in words, as pipelines have them: lists as a shell would write them. Raises ValueError."""
        command = given.get("command") or "plan"
        if command not in COMMANDS:
            raise ValueError(f"command is {command!r}: write one of {', '.join(COMMANDS)}")
        return cls(
            command=command,
            specs=tuple(shlex.split(given.get("specs", ""))) or (".",),
            args=tuple(shlex.split(given.get("args", ""))),
            plan_file=given.get("plan_file") or (PLAN_FILE if command == "plan" else ""),
            live=given.get("live", ""),
            check=truth(given, "check"),
            key=given.get("key", ""),
        )


@dataclass(frozen=True)
class Result:
    """What a job came to."""

    ran: Ran
    code: int
    """The exit code for the pipeline."""
    summary: str
    """In one line."""
    in_sync: str = ""
    """``true`` or ``false``; empty where it is not known."""
    body: str = ""
    """For the pull request; empty where there is nothing to say."""


def do(job: Job, runner: Runner, env: Mapping[str, str]) -> Result:
    """Does the job. `env` is what of its environment the program is given."""

    def cfstream(*arguments: str, aloud: bool = True) -> Ran:
        return run(arguments, env, runner.tell if aloud else lambda _: None, runner.program)

    match job.command:
        case "validate":
            ran = cfstream("validate", *job.args, "--", *job.specs)
            return Result(ran, ran.code, ran.last_line)
        case "apply":
            what = (job.plan_file,) if job.plan_file else job.specs
            ran = cfstream("apply", "--yes", *job.args, "--", *what)
            return Result(ran, ran.code, ran.last_line, str(ran.code == 0).lower())
    return _plan(job, cfstream)


def truth(given: Mapping[str, str], name: str) -> bool:
    """Whether an input is true. Raises ValueError for one that is neither."""
    text = given.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise ValueError(f"{name} is {text!r}: write true or false")
    return text == "true"


def _plan(job: Job, cfstream: Callable[..., Ran]) -> Result:
    """A plan from AWS is saved; one from a snapshot cannot be, and is made twice, for that takes no time."""
    if not job.live:
        Path(job.plan_file).unlink(missing_ok=True)
    source = ("--live", job.live) if job.live else ("--out", job.plan_file)
    begin = ("plan", "--check", *source, *job.args)
    ran = cfstream(*begin, "--format", "markdown", "--", *job.specs)
    planned = ran.code in (0, PENDING)
    body = body_of(ran, job.key, ran.err if job.live and planned else "")
    if not planned:
        return Result(ran, ran.code, f"no plan: exit {ran.code}", "false" if ran.code == USAGE else "", body)
    again = (*begin, "-q", "--format", "json", "--", *job.specs)
    text = cfstream(*again, aloud=False).out if job.live else _read(job.plan_file)
    code = ran.code if job.check else 0
    return Result(ran, code, _told(text), str(ran.code == 0).lower(), body)


def _read(plan_file: str) -> str:
    """The saved plan; nothing where further arguments had it saved elsewhere."""
    path = Path(plan_file)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _told(text: str) -> str:
    """A plan in one line; empty where the text is none."""
    try:
        plan = json.loads(text)
    except ValueError:
        return ""
    if plan["in_sync"]:
        return "No changes."
    return summary_line({Verb(verb): number for verb, number in plan["summary"].items()})
