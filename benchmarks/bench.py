"""What all measures share: a scratch directory, the environment of a measured process, and how much is measured."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.processes import Run, RunError, run

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
YARDSTICKS = HERE / "yardsticks"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    # No profiles, and no requests to the metadata service of an EC2 instance.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "PYTHONPATH": str(ROOT),
    "PATH": os.environ["PATH"],
}


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    rounds: int
    """Runs of each short program. Longer ones run `few` times."""
    few: int
    fleets: tuple[int, ...]
    throttled: int
    """Stacks in the plan of a throttled account."""
    objects: int
    interrupted: int
    """Objects of a grant that is interrupted twice."""
    slow_objects: int
    """Objects for programs that need milliseconds for each."""
    specs: int
    applied: int
    deploy: float
    """Seconds until a write is Deployed."""
    playbook: int
    """Stacks in Ansible's playbook."""

    @property
    def large(self) -> bool:
        """Whether the start of a process hardly counts, so that the limits of long runs hold."""
        return self.objects >= 100_000


SCALES = {
    "tiny": Scale(1, 1, (1, 3, 10), 10, 2_000, 20_000, 100, 20, 3, 2.0, 1),
    "quick": Scale(5, 1, (1, 30, 100), 30, 10_000, 100_000, 500, 300, 10, 5.0, 1),
    "full": Scale(15, 3, (1, 30, 100, 300, 1_000), 100, 100_000, 1_000_000, 1_000, 1_000, 30, 60.0, 3),
}


@dataclass(frozen=True)
class Bench:
    """Settings of all measures: a scratch directory, the directory of the other tools, and how much is measured."""

    scratch: Path
    tools: Path
    scale: Scale

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a measured process."""
        home = {"HOME": str(self.scratch), "CFSTREAM_SANDBOX_DIR": str(self.scratch / "sandbox")}
        return {**ENVIRONMENT, **home, **more}

    def command(self, *argv: str, **environment: str) -> Callable[[], Run]:
        """Return a function that runs the command."""
        return partial(run, argv, self.environment(**environment), self.scratch)

    def python(self, *argv: str, **environment: str) -> Callable[[], Run]:
        """Return a function that runs this Python."""
        return self.command(sys.executable, *argv, **environment)

    def cfstream(self, *arguments: str, **environment: str) -> Callable[[], Run]:
        """Return a function that runs the cfstream of this Python's environment."""
        return self.command(str(Path(sys.executable).parent / "cfstream"), *arguments, **environment)

    def tool(self, name: str, *arguments: str, **environment: str) -> Callable[[], Run]:
        """Return a function that runs another tool with its Python, because `#!` lines fail in paths with a space."""
        return self.command(str(self.tools / "python"), str(self.tools / name), *arguments, **environment)

    @contextmanager
    def serving(self, name: str, *arguments: str, tls: bool = False) -> Iterator[tuple[str, int]]:
        """Compile a server of benchmarks and run it. Yield its endpoint and its process id."""
        program = self.scratch / f"{name}{'-tls' if tls else ''}"
        if not program.exists():
            more = ["-DTLS", "-lssl", "-lcrypto"] if tls else []
            source = str(HERE / f"{name}.c")
            compiled = subprocess.run(
                ["cc", "-O2", "-o", str(program), source, *more], capture_output=True, text=True, check=False
            )
            if compiled.returncode:
                raise RunError(f"{source} cannot be compiled: {compiled.stderr[:500]}")
        log = self.scratch / f"{name}.log"
        with (
            log.open("w") as errors,
            subprocess.Popen(
                [program, *arguments], stdout=subprocess.PIPE, stderr=errors, text=True
            ) as server,
        ):
            endpoint = server.stdout.readline().strip() if server.stdout else ""
            try:
                if not endpoint:
                    raise RunError(f"{name} did not start: {log.read_text()}")
                yield endpoint, server.pid
            finally:
                server.terminate()
