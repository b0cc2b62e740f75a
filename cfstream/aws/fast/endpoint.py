"""Where a bucket is, and the credentials for it, as botocore finds them: it alone knows all rules for endpoints."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import cfstream
from cfstream.aws.sessions import Clients
from cfstream.errors import NoCredentials
from cfstream.ports import AclWork
from cfstream.values import DEFAULT_PORTS

KEY = "k"


class _Captured(Exception):
    """Stops a request before it is sent."""


class BucketAccess:
    """The endpoint of a bucket and the credentials, for workers."""

    def __init__(self, clients: Clients, work: AclWork) -> None:
        self._clients = clients
        request = _request(clients.alone("s3", work.region), work)
        self._url = urlsplit(request.url)
        self._work = work
        self.base = self._url.path.removesuffix(f"/{KEY}")
        """The path of the bucket: empty if the bucket is in the host name."""

    @property
    def behind_proxy(self) -> bool:
        """Return whether requests to the bucket go through a proxy, which workers cannot do."""
        return self._clients.is_proxied(self._url.geturl())

    def settings(self) -> dict[str, Any]:
        """Return the members of `crt.Endpoint`."""
        usual = DEFAULT_PORTS[self._url.scheme]
        return {
            "scheme": self._url.scheme,
            "host": self._url.hostname,
            "port": self._url.port or usual,
            "region": self._work.region or self._clients.region,
            "owner": self._work.account,
            "agent": f"cfstream/{cfstream.__version__}",
            "authorities": self._clients.authorities(),
        }

    def credentials(self) -> tuple[str, str, str | None]:
        """Return the current credentials. botocore refreshes them some minutes before they expire.

        Raises NoCredentials.
        """
        found = self._clients.frozen_credentials()
        if found is None:
            raise NoCredentials("there are no credentials", "set AWS_PROFILE, or run aws sso login")
        return found


def _request(client: Any, work: AclWork) -> Any:
    """Return the request that botocore would send for an ACL of the bucket."""
    captured: list[Any] = []

    def capture(request: Any, **_: Any) -> None:
        captured.append(request)
        raise _Captured

    client.meta.events.register("before-send.s3.GetObjectAcl", capture)
    with suppress(_Captured):
        client.get_object_acl(Bucket=work.bucket, Key=KEY)
    return captured[0]
