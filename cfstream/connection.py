"""The AWS that a run uses, and the ports to it, for commands and for programs."""

import os
import re
import shlex
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cfstream.errors import NoCredentials, Unreachable, WrongUsage
from cfstream.private_file import cache_folder
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cfstream.aws.clock import SystemClock
    from cfstream.aws.document_cache import DocumentCache
    from cfstream.aws.sessions import ConnectionSettings
    from cfstream.ports import Clock, World
    from cfstream.sandbox import Running
    from cfstream.web import HttpViewer

EDGE_URL = "CFSTREAM_EDGE_URL"
"""The environment variable with the address for viewers' requests, if no option has it."""

LOOPBACK = "127.0.0.1"
KEY_ID = "AWS_ACCESS_KEY_ID"


CREDENTIALS = (
    *(KEY_ID, "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
)
"""The environment variables that lead to credentials (botocore's providers)."""

CONFIGURATION = {
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
    "AWS_CONFIG_FILE": "~/.aws/config",
}
"""The files of the AWS configuration, with the environment variables that name others."""

LEADS_TO_CREDENTIALS = re.compile(
    r"^\s*(aws_access_key_id|credential_process|login_session|role_arn|sso_session|sso_start_url)\s*=",
    re.MULTILINE,
)


def _names_credentials(file: tuple[str, str]) -> bool:
    """Return whether a file of the AWS configuration leads to credentials."""
    variable, usual = file
    try:
        text = Path(os.environ.get(variable) or usual).expanduser().read_text(encoding="utf-8")
    except (OSError, ValueError, RuntimeError):
        return False
    return bool(LEADS_TO_CREDENTIALS.search(text))


@dataclass(frozen=True)
class Connection:
    """The AWS to use. Values that are None come from the environment and the AWS configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    edge_url: str | None = None
    """Where viewers' requests are sent; None for the sandbox's edge; without a sandbox, for CFSTREAM_EDGE_URL."""
    sandbox: bool = False
    cache: bool = True
    """Whether plans may read distributions from the user's cache folder."""
    on_complaint: "Callable[[str], None] | None" = field(default=None, repr=False, compare=False)
    """Called with a sentence if the cache folder cannot be used, or the environment names another sandbox."""
    on_start: "Callable[[Running], None] | None" = field(default=None, repr=False, compare=False)
    """Called with the sandbox if this connection starts it."""

    def flags(self) -> str:
        """Return these settings as flags for another command, quoted, with a space before each."""
        named = {
            "--profile": self.profile,
            "--region": self.region,
            "--endpoint-url": self.endpoint_url,
            "--edge-url": self.edge_url,
        }
        given = [f" {flag} {shlex.quote(value)}" for flag, value in named.items() if value]
        return "".join([*given, " --sandbox" if self.sandbox else ""])

    def has_credentials(self) -> bool:
        """Return whether the flags, the environment or the AWS configuration name credentials, or the sandbox.

        Uses no network, so it does not find the role of an EC2 instance.
        """
        named = (self.sandbox, self.profile, self.endpoint_url, *map(os.environ.get, CREDENTIALS))
        return any(named) or any(map(_names_credentials, CONFIGURATION.items()))

    def world(self, clock: "Clock | None" = None) -> "World":
        """Connect to AWS, or to the sandbox, which is started if it is not running.

        Raises WrongUsage (also if the sandbox extra is not installed), NoCredentials or Unreachable.
        """
        from cfstream.aws.connecting import connect

        settings = self.settings()
        try:
            return connect(settings, clock or self.clock(), self._documents(), self.flags())
        except NoCredentials as error:
            raise self._without_credentials(error) from error
        except Unreachable as error:
            raise self.stopped_sandbox(settings.endpoint_url) or error from error

    def _without_credentials(self, error: NoCredentials) -> NoCredentials:
        """Return the error with the profile in it, if one is set, and the command that signs in."""
        profile = self.profile or os.environ.get("AWS_PROFILE")
        if not profile or self.sandbox:
            return error
        quoted = shlex.quote(profile)
        do = f"run: aws sso login --profile {quoted}\nif it has access keys, run: aws configure --profile {quoted}"
        return NoCredentials(f"the profile {profile} has no valid credentials: {error.what}", do)

    def stopped_sandbox(self, endpoint: str | None) -> Unreachable | None:
        """Return the error for the address of a sandbox that has stopped; None for another address."""
        address = endpoint or os.environ.get("AWS_ENDPOINT_URL") or ""
        # `cfstream sandbox up` prints these variables for a shell.
        if self.sandbox or urlsplit(address).hostname != LOOPBACK or os.environ.get(KEY_ID) != "sandbox":
            return None
        do = 'run: eval "$(cfstream sandbox up)"'
        if self.endpoint_url:
            do = "run: cfstream sandbox up\nthen use --sandbox instead of --endpoint-url"
        return Unreachable(f"the sandbox at {address} is not running", do)

    def _documents(self) -> "Callable[[str, str], DocumentCache] | None":
        """Return what opens the cache of an account at an endpoint; None if there is none."""
        from cfstream.aws.document_cache import DocumentCache

        folder = cache_folder() if self.cache else None
        if folder is None:
            return None
        return lambda account, endpoint: DocumentCache(folder, account, endpoint, self._complain)

    def _complain(self, text: str) -> None:
        if self.on_complaint is not None:
            self.on_complaint(text)

    def clock(self) -> "SystemClock":
        """Return the clock that AWS uses for signatures: this machine's, or the sandbox's. Raises as `running`.

        It is the sandbox's too if only its address is given, as in a shell with the variables of `cfstream sandbox up`.
        """
        from cfstream.aws.clock import SystemClock
        from cfstream.sandbox import SandboxError, ahead, sandbox_at

        address = self.endpoint_url or os.environ.get("AWS_ENDPOINT_URL") or ""
        if not self.sandbox:
            found = sandbox_at(address) if address else None
            if found and not self.endpoint_url and found.is_foreign(Path.cwd()):
                self._complain(f"AWS_ENDPOINT_URL is the sandbox of another project: {found.project}")
            return SystemClock(found.ahead if found else 0.0)
        try:
            return SystemClock(ahead(self.running()))
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed

    def settings(self) -> "ConnectionSettings":
        """Return the settings of an AWS session. Starts the sandbox if needed, and raises as `running`."""
        from cfstream.aws.roles import EXTERNAL_ID
        from cfstream.aws.sessions import ConnectionSettings

        external_id = os.environ.get(EXTERNAL_ID) or None
        if not self.sandbox:
            return ConnectionSettings(self.profile, self.region, self.endpoint_url, external_id=external_id)
        url = self.running().endpoint_url
        return ConnectionSettings(region=self.region, endpoint_url=url, sandbox=True, external_id=external_id)

    @contextmanager
    def viewer(self, world: "World") -> "Iterator[HttpViewer | None]":
        """Open the client for viewers' requests; None if the endpoint is not Amazon's and its edge is unknown.

        Raises WrongUsage for an invalid edge URL.
        """
        from cfstream.web import HttpViewer

        edge = self.edge()
        if not edge and not world.real_aws:
            yield None
            return
        with HttpViewer(edge) as viewer:
            yield viewer

    def edge(self) -> str:
        """Return where viewers' requests are sent instead of to their hosts; empty if each goes to its own host.

        Starts the sandbox if needed and no address is given. Raises as `running`, and WrongUsage for an invalid edge
        URL.
        """
        from cfstream.web import edge_address

        # The variable may be that of another sandbox, which has stopped.
        from_environment = "" if self.sandbox else os.environ.get(EDGE_URL)
        given = edge_address(self.edge_url or from_environment or "")
        return self.running().edge_url if self.sandbox and not given else given

    def running(self) -> "Running":
        """Return the sandbox of the working directory; start it if it is not running.

        Raises WrongUsage if its extra is not installed, or if an endpoint URL or a profile is given too; Unreachable if
        it does not start.
        """
        from cfstream.sandbox import MissingExtra, SandboxError, ensure

        if self.endpoint_url or self.profile:
            other = "an endpoint URL" if self.endpoint_url else "a profile"
            raise WrongUsage(
                f"the sandbox and {other} exclude each other",
                "leave out one of the two: the sandbox has its own",
            )
        try:
            running = ensure(Path.cwd())
        except MissingExtra as missing:
            raise WrongUsage(missing.what, missing.do) from missing
        except SandboxError as failed:
            raise Unreachable(failed.what, failed.do) from failed
        if running.started and self.on_start is not None:
            self.on_start(running)
        # `cfstream sandbox up` prints these variables for a shell, which may have those of another project.
        address = os.environ.get("AWS_ENDPOINT_URL") or ""
        is_sandbox = urlsplit(address).hostname == LOOPBACK and os.environ.get(KEY_ID) == "sandbox"
        if is_sandbox and address.rstrip("/") != running.endpoint_url:
            self._complain(
                f"this uses the sandbox at {running.endpoint_url}, but AWS_ENDPOINT_URL is another one, {address}, for "
                'aws and for cfstream without --sandbox. To use one, run: eval "$(cfstream sandbox up)"'
            )
        return running
