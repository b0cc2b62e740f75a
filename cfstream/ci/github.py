"""The program of ``action.yml``: run a cfstream command, write the run's summary, and comment on the pull request.

Inputs come from the environment, never through a shell. The program's output may quote a spec from an untrusted author,
so while it is written to the log, the runner must not interpret any of its lines as a command.
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
from cfstream.ci.forge import CommentNotWritten, Forge, Thread
from cfstream.ci.job import REFUSED, USAGE, Job, Result, Runner, do, truth
from cfstream.ci.source import source
from cfstream.render.errors import HOW_TO_ALLOW

PREFIX = "CFSTREAM_ACTION_"
"""The prefix of the variables with the action's inputs."""

LONGEST_SUMMARY = 500_000
"""How many of the last characters of the output are in the summary, which may have 1 MiB. The report is last."""

BOT = "github-actions[bot]"
"""The author of comments that are written with a job's own token."""


class ActionRun:
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
        """Do what the inputs say, and return the exit code of the step."""
        try:
            job, comment = Job.of(self._inputs), truth(self._inputs, "comment")
        except ValueError as error:
            self._say("error", str(error))
            return USAGE
        token = secrets.token_hex(16)
        self._runner.tell(f"::stop-commands::{token}\n")
        # The program does not need the action's inputs, and must not see the token.
        env = {name: text for name, text in self._env.items() if not name.startswith(PREFIX)}
        result = do(job, self._runner, {**env, **self._source()})
        self._runner.tell(f"\n::{token}::\n")
        self._write("GITHUB_OUTPUT", _outputs(job, result))
        self._write("GITHUB_STEP_SUMMARY", result.body or _summary(job, result))
        if result.code == REFUSED and job.command == "apply":
            self._say("error", f"to allow a hazard, run the workflow by hand with its name: {HOW_TO_ALLOW}")
        if comment and result.body:
            self._comment(job, result.body)
        return result.code

    def _source(self) -> dict[str, str]:
        server = self._env.get("GITHUB_SERVER_URL") or "https://github.com"
        repository = self._env.get("GITHUB_REPOSITORY", "")
        return source(f"{server}/{repository}/blob", self._env.get("GITHUB_SHA", "") if repository else "")

    def _comment(self, job: Job, body: str) -> None:
        """Update the pull request's comment. If that is not allowed, the run does not fail."""
        number = self._inputs.get("pull_request") or self._pull_request()
        if not number.isdecimal():
            return
        if not self._inputs.get("token"):
            self._say("notice", "there is no token: the plan is in the run's summary")
            return
        try:
            with closing(self._forge()) as forge:
                self._runner.tell(f"pull request {number}: {forge.upsert(self._thread(job, number), body)}\n")
        except CommentNotWritten as failed:
            self._say("warning", f"the plan is only in the run's summary: {failed.what}; fix: {failed.do}")

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
            # The author of a comment can change it later, so a comment of another author is never updated.
            by = (comment.get("user") or {}).get("login")
            return by == author and is_ours(comment.get("body") or "", job.key)

        return Thread(
            comments=f"{repository}/issues/{number}/comments",
            change=lambda id_: ("PATCH", f"{repository}/issues/comments/{id_}"),
            is_ours=mine,
            permission="give the job pull-requests: write (not possible for pull requests from forks)",
        )

    def _pull_request(self) -> str:
        """Return the number of the event's pull request; empty if it has none."""
        try:
            event = json.loads(Path(self._env["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
        except (KeyError, OSError, ValueError):
            return ""
        issue = event.get("issue") or {}
        about = event.get("pull_request") or (issue if "pull_request" in issue else {})
        return str(about.get("number", ""))

    def _write(self, variable: str, text: str) -> None:
        """Append to one of the runner's files, if the runner has set it."""
        if file := self._env.get(variable):
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(text)

    def _say(self, kind: str, text: str) -> None:
        """Write a message that the runner shows beside the run."""
        escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        self._runner.tell(f"::{kind}::cfstream: {escaped}\n")


def _summary(job: Job, result: Result) -> str:
    output = f"{result.run.out}\n{result.run.err}".strip() or "There is no output."
    return f"### cfstream {job.command}\n\n{fenced(output[-LONGEST_SUMMARY:])}\n"


def _outputs(job: Job, result: Result) -> str:
    """Return the outputs in the format for several lines, with a random delimiter."""
    values = {
        "exit-code": str(result.run.code),
        "in-sync": result.in_sync,
        "summary": result.summary,
        "plan-file": job.plan_file if job.command == "plan" and not job.live else "",
    }
    end = secrets.token_hex(16)
    return "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())


def main() -> int:
    """Run the action with the environment of this process, and return its exit code."""
    return ActionRun(Runner(os.environ, sys.stdout)).run()


if __name__ == "__main__":
    sys.exit(main())
