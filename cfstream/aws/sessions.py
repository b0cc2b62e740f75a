"""The session and its clients. Each is made once, when first needed, and never two at the same time.

This is botocore's session, not boto3's, which only adds resource classes and their import time. Profiles, environment,
roles and single sign-on are botocore's in both.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

import cfstream
from cfstream.aws import timestamps
from cfstream.aws.errors import about_settings
from cfstream.aws.governor import Governor
from cfstream.aws.limits import AccountLimits
from cfstream.aws.unknown_members import watch
from cfstream.startup.frozen import dataclass
from cfstream.startup.lean_botocore import lean_botocore

with lean_botocore():
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials
    from botocore.httpsession import where
    from botocore.utils import get_environ_proxies, should_bypass_proxies

    from cfstream.startup.events import PlainSession, UncheckedEvents
    from cfstream.startup.models import NamedFolders, PlainFiles

READ_ATTEMPTS = 5
CONNECT_SECONDS = 10
READ_SECONDS = 60
CONNECTIONS = 40
DEFAULT_REGION = "us-east-1"

AMAZON = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "api.amazonwebservices.com.cn")
"""The domains of AWS's own endpoints (botocore 1.44.5, partitions.json)."""

HOME_REGIONS = {"resourcegroupstaggingapi": "us-east-1"}
"""CloudFront's tags are in the index of this region, whatever the session's region is (Tagging API, GetResources)."""


@dataclass(frozen=True)
class ConnectionSettings:
    """A user's settings for the connection. None means: use the environment and the AWS configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    sandbox: bool = False
    """True for a sandbox on loopback. The user's configuration, credentials and proxies are then ignored."""
    external_id: str | None = field(default=None, repr=False)
    """The external id with which roles are assumed."""


Fetch: TypeAlias = Callable[[], Mapping[str, str]]
"""Returns new credentials of a role, in botocore's form: access_key, secret_key, token, and expiry_time."""


class Clients:
    """botocore's clients of one session, by service, region, and use for writes.

    They keep the limits of the account. `of_role` is for a session of a role.
    """

    def __init__(self, settings: ConnectionSettings, of_role: "RoleSession | None" = None) -> None:
        self.settings = settings
        self._guard = threading.Lock()
        self._made: dict[tuple[str, str, bool], Any] = {}
        self._paginators: dict[str, Any] = {}
        self.limits = AccountLimits() if of_role is None else of_role.limits
        self._session = _asking(lambda: _session(settings, of_role))
        self.region: str = _asking(lambda: _region(self._session, settings))

    @property
    def models(self) -> Any:
        """Botocore's models, as far as they are loaded."""
        return self._session.get_component("data_loader")

    def credentials(self) -> str | None:
        """Return the source of the credentials as botocore names it; None if there are no credentials."""
        with self._guard:
            found = self._session.get_credentials()
        return None if found is None else str(found.method)

    @property
    def is_sandbox(self) -> bool:
        """Return whether the clients are those of a sandbox."""
        return self.settings.sandbox

    def frozen_credentials(self) -> tuple[str, str, str | None] | None:
        """Return access key, secret key and session token, refreshed if they expire soon; None if there are none.

        Raises NoCredentials if they cannot be refreshed.
        """
        with self._guard:
            found = self._session.get_credentials()
            if found is None:
                return None
            frozen = _asking(found.get_frozen_credentials)
        return str(frozen.access_key), str(frozen.secret_key), frozen.token

    def authorities(self) -> str | None:
        """Return the file with the certificates to trust, if the user's settings name one."""
        found = None if self.settings.sandbox else self._session.get_config_variable("ca_bundle")
        return os.path.abspath(found) if found else None

    def trusted(self) -> str:
        """Return the file with the certificates that botocore trusts."""
        # botocore reads REQUESTS_CA_BUNDLE itself (botocore.endpoint), and has certificates of its own.
        return self.authorities() or os.environ.get("REQUESTS_CA_BUNDLE") or str(where())

    def is_proxied(self, url: str) -> bool:
        """Return whether requests to `url` go through a proxy."""
        if self.is_sandbox or should_bypass_proxies(url):
            return False
        return urlsplit(url).scheme in get_environ_proxies(url)

    def parser(self, protocol: str) -> Any:
        """Return botocore's parser for the replies of a protocol."""
        return self._session.get_component("response_parser_factory").create_parser(protocol)

    def alone(self, service: str, region: str) -> Any:
        """Return a client that nobody else uses: the caller may change its events. Raises as `of`."""
        with self._guard:
            return _asking(lambda: self._make(service, region or self.region, True))  # noqa: FBT003

    def of(self, service: str, region: str = "", *, write: bool = False) -> Any:
        """Return the client for calls to `service`. Raises NoCredentials or WrongUsage if it cannot be made."""
        key = (service, region or HOME_REGIONS.get(service, self.region), write)
        # Two threads must not make clients of one session at the same time. The clients themselves are thread-safe.
        with self._guard:
            if key not in self._made:
                self._made[key] = _asking(lambda: self._make(*key))
            return self._made[key]

    def paginator(self, service: str, operation: str) -> Mapping[str, Any]:
        """Return how botocore pages a list. Raises ValueError for a list that it cannot page."""
        with self._guard:
            if service not in self._paginators:
                self._paginators[service] = self._session.get_paginator_model(service)
            found: Mapping[str, Any] = self._paginators[service].get_paginator(operation)
            return found

    def governor(self, service: str, region: str = "") -> Governor:
        """Return what paces the calls to `service` in a region, for all of its clients."""
        return self.limits.governor(service, region or HOME_REGIONS.get(service, self.region))

    def _make(self, service: str, region: str, write: bool) -> Any:  # noqa: FBT001 (parts of the key)
        # An emulator has no host name for each bucket.
        named = self.settings.endpoint_url
        style: Literal["auto", "path"] = "path" if named and not _is_at_amazon(named) else "auto"
        client = self._create(service, region, write=write, style=style)
        if is_amazon(client):
            return client
        if service == "s3" and style == "auto":
            # The environment names it. The client is made again, because only a client knows its endpoint.
            return self._create(service, region, write=write, style="path")
        if service == "s3control":
            client.meta.events.register("before-call.s3-control", _without_account_in_host)
        return client

    def _create(self, service: str, region: str, *, write: bool, style: Literal["auto", "path"]) -> Any:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            # A write is sent once. If its reply is lost, the step looks at what is live before it sends another.
            retries={"mode": "standard", "total_max_attempts": 1 if write else READ_ATTEMPTS},
            s3={"addressing_style": style},
            proxies={} if self.settings.sandbox else None,
        )
        client = self._session.create_client(
            service, region_name=region, endpoint_url=self.settings.endpoint_url, config=config
        )
        watch(client)
        self.governor(service, region).watch(client)
        if write and service == "s3":
            client.meta.events.register("before-call.s3", _without_redirect)
        return client


@dataclass(frozen=True)
class RoleSession:
    """What a session with the credentials of a role needs."""

    fetch: Fetch
    """Called again before the credentials expire."""
    like: Clients
    """The session whose models are reused."""
    limits: AccountLimits


class _OfRole:
    """A provider of the credentials of a role, in the place of botocore's chain of providers."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def load_credentials(self) -> RefreshableCredentials:
        """Return the credentials, which fetch new ones before they expire."""
        return RefreshableCredentials.create_from_metadata(self._fetch(), self._fetch, "assume-role")


def is_amazon(client: Any) -> bool:
    """Return whether a client sends its requests to AWS and not to an emulator."""
    return _is_at_amazon(client.meta.endpoint_url)


def _is_at_amazon(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in AMAZON)


def _session(settings: ConnectionSettings, of_role: "RoleSession | None") -> Any:
    nowhere = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    session = PlainSession(
        session_vars=nowhere if settings.sandbox else None,
        event_hooks=UncheckedEvents(),
        profile=settings.profile,
    )
    folders = session.get_config_variable("data_path")
    extra = [os.path.expanduser(path) for path in folders.split(os.pathsep)] if folders else None
    session.register_component(
        "data_loader", NamedFolders(extra_search_paths=extra, file_loader=PlainFiles())
    )
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=timestamps.parse)
    session.user_agent_name = "cfstream"
    session.user_agent_version = cfstream.__version__
    if of_role is not None:
        session.register_component("data_loader", of_role.like.models)
        session.register_component("credential_provider", _OfRole(of_role.fetch))
    elif settings.sandbox:
        session.set_credentials("sandbox", "sandbox")
    return session


def _region(session: Any, settings: ConnectionSettings) -> str:
    # botocore only reads AWS_DEFAULT_REGION. All other AWS SDKs, and AWS's own services, use AWS_REGION.
    if settings.region:
        return settings.region
    return str(os.environ.get("AWS_REGION") or session.get_config_variable("region") or DEFAULT_REGION)


def _asking(make: Callable[[], Any]) -> Any:
    """Return the result of `make`. botocore's complaints about settings become CfstreamErrors."""
    try:
        return make()
    except Exception as error:
        ours = about_settings(error)
        if ours is None:
            raise
        raise ours from None  # the cause may contain the output of a credential process


def _without_redirect(context: Any, **_: Any) -> None:
    """Make a write fail if the bucket is in another region.

    botocore would otherwise find the region and send the same document again (`S3RegionRedirectorv2`, which does not
    repeat a request that is marked as redirected).
    """
    context["s3_redirect"] = {**context.get("s3_redirect", {}), "redirected": True}


def _without_account_in_host(params: Any, **_: Any) -> None:
    """Remove the account from the host name: no emulator answers to ``123456789012.127.0.0.1``."""
    account = params.get("headers", {}).get("x-amz-account-id", "")
    params["url"] = params["url"].replace(f"://{account}.", "://", 1)
