"""TLS between viewers and CloudFront: security policies, and the names in certificates. Pure."""

from typing import get_args

from cfstream.spec.http.connection import MinimumTls

TLS_FROM_WEAKEST: tuple[str, ...] = get_args(MinimumTls)
"""CloudFront's security policies (shape MinimumProtocolVersion), the one with the oldest protocol first."""


def covers_name(certificate_name: str, host: str) -> bool:
    """Return whether a name in a certificate covers a host. Its wildcard matches exactly one label."""
    name, host = certificate_name.lower(), host.lower()
    if name == host:
        return True
    return name.startswith("*.") and host.partition(".")[2] == name[2:] and not host.startswith("*.")
