"""The three jobs of a pipeline: check specs, plan them, apply a plan. They are the same on every host."""

import json
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from cfstream.ci.body import body_of
from cfstream.ci.running import PROGRAM, ProgramResult, run
from cfstream.render.verbs import summary_line
from cfstream.startup.frozen import dataclass
from cfstream.values import Verb

COMMANDS = ("validate", "plan", "apply")
PLAN_FILE = "cfstream.plan.json"
PENDING = 3
USAGE = 2
REFUSED = 5
"""The exit code of an apply with a hazard that is not allowed."""


@dataclass(frozen=True)
class Runner:
    """The interface to a host's runner."""

    env: Mapping[str, str]
    log: TextIO
    program: Sequence[str] = PROGRAM
    """The command line of cfstream."""
    sleep: Callable[[float], None] = time.sleep
    """The function that waits for a busy host."""

    def tell(self, text: str) -> None:
        """Write to the log immediately, because an apply may take half an hour."""
        self.log.write(text)
        self.log.flush()


@dataclass(frozen=True)
class Job:
    """The configuration of a job."""

    command: str
    specs: tuple[str, ...]
    args: tuple[str, ...]
    """Further arguments of the command."""
    allow: tuple[str, ...]
    """The hazards that apply may cause. A plan shows them too, marked as allowed."""
    plan_file: str
    """The file to which a plan is saved, and from which it is applied. If empty, the specs are applied."""
    live: str
    """A snapshot to plan from; empty to plan from AWS."""
    check: bool
    """Whether pending steps make the job fail."""
    key: str
    """Distinguishes this plan's comment from others in the same pull request."""

    @property
    def allowing(self) -> tuple[str, ...]:
        """The flags that allow the hazards."""
        return tuple(word for name in self.allow for word in ("--allow", name))

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Job":
        """Return the job from a pipeline's texts. Lists are in shell syntax. Raises ValueError."""
        command = given.get("command") or "plan"
        if command not in COMMANDS:
            raise ValueError(f"command is {command!r}: write one of {', '.join(COMMANDS)}")
        return cls(
            command=command,
            specs=tuple(shlex.split(given.get("specs", ""))) or (".",),
            args=tuple(shlex.split(given.get("args", ""))),
            allow=tuple(shlex.split(given.get("allow", "").replace(",", " "))),
            plan_file=given.get("plan_file") or (PLAN_FILE if command == "plan" else ""),
            live=given.get("live", ""),
            check=truth(given, "check"),
            key=given.get("key", ""),
        )


@dataclass(frozen=True)
class Result:
    """The result of a job."""

    run: ProgramResult
    code: int
    """The exit code for the pipeline."""
    summary: str
    """A summary on one line."""
    in_sync: str = ""
    """``true`` or ``false``; empty if it is not known."""
    body: str = ""
    """The text for the pull request; empty if there is none."""


def do(job: Job, runner: Runner, env: Mapping[str, str]) -> Result:
    """Run the job. `env` is the environment of the program."""

    def cfstream(*arguments: str, echo: bool = True) -> ProgramResult:
        return run(arguments, env, runner.tell if echo else lambda _: None, runner.program)

    match job.command:
        case "validate":
            result = cfstream("validate", *job.args, "--", *job.specs)
            return Result(result, result.code, result.last_line)
        case "apply":
            what = (job.plan_file,) if job.plan_file else job.specs
            result = cfstream("apply", "--yes", *job.allowing, *job.args, "--", *what)
            return Result(result, result.code, result.last_line, str(result.code == 0).lower())
    return _plan(job, cfstream)


def truth(given: Mapping[str, str], name: str) -> bool:
    """Return whether an input is true. Raises ValueError if it is neither true nor false."""
    text = given.get(name, "").lower()
    if text not in ("", "true", "false"):
        raise ValueError(f"{name} is {text!r}: write true or false")
    return text == "true"


def _plan(job: Job, cfstream: Callable[..., ProgramResult]) -> Result:
    """Plan from AWS and save the plan. A plan from a snapshot cannot be saved and is made twice, which is fast."""
    if not job.live:
        Path(job.plan_file).unlink(missing_ok=True)
    source = ("--live", job.live) if job.live else ("--out", job.plan_file)
    begin = ("plan", "--check", *source, *job.allowing, *job.args)
    run = cfstream(*begin, "--format", "markdown", "--", *job.specs)
    planned = run.code in (0, PENDING)
    body = body_of(run, job.key)
    if not planned:
        return Result(run, run.code, f"no plan: exit {run.code}", "false" if run.code == USAGE else "", body)
    again = (*begin, "-q", "--format", "json", "--", *job.specs)
    text = cfstream(*again, echo=False).out if job.live else _read(job.plan_file)
    code = run.code if job.check else 0
    return Result(run, code, _summary_of(text), str(run.code == 0).lower(), body)


def _read(plan_file: str) -> str:
    """Return the saved plan; empty if further arguments changed its path."""
    path = Path(plan_file)
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _summary_of(text: str) -> str:
    """Return a plan's summary line; empty if there is no plan."""
    try:
        plan = json.loads(text)
    except ValueError:
        return ""
    if plan["in_sync"]:
        opened = sum(len(stack["exposure"]["openings"]) for stack in plan["stacks"])
        return f"No changes, but {opened} opening{'s' * (opened != 1)}." if opened else "No changes."
    return summary_line({Verb(verb): number for verb, number in plan["summary"].items()})
