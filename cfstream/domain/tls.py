"""TLS between viewers and CloudFront: security policies, and the names in certificates. Pure."""

TLS_FROM_WEAKEST = (
    "SSLv3",
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
)
"""CloudFront's security policies (shape MinimumProtocolVersion), the one with the oldest protocol first."""


def covers_name(certificate_name: str, host: str) -> bool:
    """Return whether a name in a certificate covers a host. Its wildcard matches exactly one label."""
    name, host = certificate_name.lower(), host.lower()
    if name == host:
        return True
    return name.startswith("*.") and host.partition(".")[2] == name[2:] and not host.startswith("*.")
