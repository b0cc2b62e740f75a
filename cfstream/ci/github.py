"""What ``action.yml`` runs: a command of cfstream, its result in the run's summary, and a plan in the pull request.

Inputs come by the environment, never by a shell. What the program prints may quote a spec that a stranger wrote, so
while it stands in the log no line of it counts as a command to the runner.
"""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from cfstream.ci.body import fenced, is_ours
from cfstream.ci.forge import Forge, Silent, Thread
from cfstream.ci.job import USAGE, Job, Result, Runner, do, truth

PREFIX = "CFSTREAM_ACTION_"
"""How the variables begin that hold the action's inputs."""

LONGEST_SUMMARY = 500_000
"""Characters at the end of what was said, which is where the report is: a summary takes 1 MiB."""

BOT = "github-actions[bot]"
"""Who writes with the token that each job is given."""


class Action:
    """One run of the action."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._env = runner.env
        self._inputs = {
            name.removeprefix(PREFIX).lower(): text.strip()
            for name, text in runner.env.items()
            if name.startswith(PREFIX)
        }

    def run(self) -> int:
        """Does what the inputs say, and returns the exit code of the step."""
        try:
            job, comment = Job.of(self._inputs), truth(self._inputs, "comment")
        except ValueError as error:
            self._say("error", str(error))
            return USAGE
        token = secrets.token_hex(16)
        self._runner.tell(f"::stop-commands::{token}\n")
        # The program needs no input of the action, and least of all the token.
        env = {name: text for name, text in self._env.items() if not name.startswith(PREFIX)}
        result = do(job, self._runner, env)
        self._runner.tell(f"\n::{token}::\n")
        self._write("GITHUB_OUTPUT", _outputs(job, result))
        self._write("GITHUB_STEP_SUMMARY", result.body or _summary(job, result))
        if comment and result.body:
            self._comment(job, result.body)
        return result.code

    def _comment(self, job: Job, body: str) -> None:
        """Brings the pull request's comment up to date; where that is not allowed, the run is none the worse."""
        number = self._inputs.get("pull_request") or self._pull_request()
        if not number.isdecimal():
            return
        if not self._inputs.get("token"):
            self._say("notice", "no token: the plan is in the summary of the run")
            return
        try:
            with closing(self._forge()) as forge:
                self._runner.tell(f"pull request {number}: {forge.stick(self._thread(job, number), body)}\n")
        except Silent as silent:
            self._say("warning", f"the plan is in the summary of the run only: {silent.what}; {silent.do}")

    def _forge(self) -> Forge:
        headers = {
            "Authorization": f"Bearer {self._inputs['token']}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        return Forge(
            self._env.get("GITHUB_API_URL") or "https://api.github.com", headers, sleep=self._runner.sleep
        )

    def _thread(self, job: Job, number: str) -> Thread:
        repository = f"/repos/{self._env.get('GITHUB_REPOSITORY', '')}"
        author = self._inputs.get("author") or BOT

        def mine(comment: Mapping[str, Any]) -> bool:
            # Whoever wrote a comment can change it later: one of somebody else is none to put a plan into.
            by = (comment.get("user") or {}).get("login")
            return by == author and is_ours(comment.get("body") or "", job.key)

        return Thread(
            comments=f"{repository}/issues/{number}/comments",
            change=lambda id_: ("PATCH", f"{repository}/issues/comments/{id_}"),
            is_ours=mine,
            permission="give the job pull-requests: write (a pull request of a fork is never given it)",
        )

    def _pull_request(self) -> str:
        """The number of the pull request that the event is about; empty where it is about none."""
        try:
            event = json.loads(Path(self._env["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        except (KeyError, OSError, ValueError):
            return ""
        issue = event.get("issue") or {}
        about = event.get("pull_request") or (issue if "pull_request" in issue else {})
        return str(about.get("number", ""))

    def _write(self, variable: str, text: str) -> None:
        """Adds to one of the runner's files, where the runner has named it."""
        if file := self._env.get(variable):
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(text)

    def _say(self, kind: str, text: str) -> None:
        """A line that the runner shows beside the run."""
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        self._runner.tell(f"::{kind}::cfstream: {escaped}\n")


def _summary(job: Job, result: Result) -> str:
    said = f"{result.ran.out}\n{result.ran.err}".strip() or "Nothing was said."
    return f"### cfstream {job.command}\n\n{fenced(said[-LONGEST_SUMMARY:])}\n"


def _outputs(job: Job, result: Result) -> str:
    """The outputs in the form for several lines, with an end that nobody can foresee."""
    values = {
        "exit-code": str(result.ran.code),
        "in-sync": result.in_sync,
        "summary": result.summary,
        "plan-file": job.plan_file if job.command == "plan" and not job.live else "",
    }
    end = secrets.token_hex(16)
    return "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())


def main() -> int:
    """The exit code of the action, run by the environment of this process."""
    return Action(Runner(os.environ, sys.stdout)).run()


if __name__ == "__main__":
    sys.exit(main())
