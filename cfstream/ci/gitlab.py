"""The program of ``ci/gitlab.yml``: run a cfstream command, and write its plan to a note of the merge request.

Variables configure the job: ``CFSTREAM_SPECS``, ``CFSTREAM_ARGS`` and so on. The note needs a token that may write
notes, ``CFSTREAM_GITLAB_TOKEN``, because a job's own token may not. Without it, the plan is in the log and the
artifacts.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from cfstream.ci.body import is_ours
from cfstream.ci.forge import CommentNotWritten, Forge, Thread
from cfstream.ci.job import REFUSED, USAGE, Job, Runner, do
from cfstream.ci.source import source
from cfstream.private_file import write_private
from cfstream.render.errors import HOW_TO_ALLOW

PREFIX = "CFSTREAM_"
VARIABLES = ("specs", "args", "allow", "plan_file", "live", "check", "key")
TOKEN = "CFSTREAM_GITLAB_TOKEN"  # noqa: S105 (a name)
MARKDOWN = "cfstream.plan.md"


class Pipeline:
    """One job."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._env = runner.env

    def run(self, command: str) -> int:
        """Run the command, and return the exit code of the job."""
        given = {name: self._env.get(PREFIX + name.upper(), "").strip() for name in VARIABLES}
        try:
            job = Job.of({**given, "command": command})
        except ValueError as error:
            self._runner.tell(f"error: {error}\n")
            return USAGE
        env = {name: text for name, text in self._env.items() if name != TOKEN}
        project = self._env.get("CI_PROJECT_URL", "")
        commit = self._env.get("CI_COMMIT_SHA", "") if project else ""
        result = do(job, self._runner, {**env, **source(f"{project}/-/blob", commit)})
        if result.code == REFUSED and command == "apply":
            self._runner.tell(f"To allow a hazard, set CFSTREAM_ALLOW for this job only: {HOW_TO_ALLOW}\n")
        if result.body:
            write_private(Path(MARKDOWN), result.body)
            self._note(job, result.body)
        return result.code

    def _note(self, job: Job, body: str) -> None:
        """Update the merge request's note. If that is not possible, the job does not fail."""
        request, token = self._env.get("CI_MERGE_REQUEST_IID", ""), self._env.get(TOKEN, "")
        if not request:
            return
        if not token:
            self._runner.tell(f"{TOKEN} is not set: the plan is in {MARKDOWN}, an artifact of this job.\n")
            return
        headers = {"PRIVATE-TOKEN": token}
        try:
            with closing(Forge(self._env["CI_API_V4_URL"], headers, sleep=self._runner.sleep)) as forge:
                thread = self._thread(job, request, (forge.get("/user") or {}).get("id"))
                self._runner.tell(f"merge request {request}: {forge.upsert(thread, body)}\n")
        except CommentNotWritten as failed:
            self._runner.tell(f"The plan is only in {MARKDOWN}: {failed.what}; fix: {failed.do}\n")

    def _thread(self, job: Job, request: str, author: object) -> Thread:
        notes = f"/projects/{self._env['CI_PROJECT_ID']}/merge_requests/{request}/notes"

        def mine(note: Mapping[str, Any]) -> bool:
            by = (note.get("author") or {}).get("id")
            return by == author and is_ours(note.get("body") or "", job.key)

        return Thread(
            comments=notes,
            change=lambda id_: ("PUT", f"{notes}/{id_}"),
            is_ours=mine,
            permission=f"give {TOKEN} the scope api and the role Developer",
        )


def main() -> int:
    """Run the job with the environment of this process, and return its exit code."""
    return Pipeline(Runner(os.environ, sys.stdout)).run(sys.argv[1] if len(sys.argv) > 1 else "plan")


if __name__ == "__main__":
    sys.exit(main())
