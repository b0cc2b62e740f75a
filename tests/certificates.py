"""Self-signed certificates for host names, for tests of this house."""

from cfstream.testing.certificates import certificate_and_key, imported

__all__ = ["certificate_and_key", "imported"]
