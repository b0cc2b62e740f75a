"""Self-signed certificates for host names. Each is made once, because making a key takes longer than most tests."""

import functools
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def imported(acm: Any, *names: str, days: float = 3650) -> str:
    """Import a certificate for these names, valid for this many days, into ACM, and return its ARN."""
    certificate, key = certificate_and_key(*names, days=days)
    reply = acm.import_certificate(Certificate=certificate, PrivateKey=key)
    return str(reply["CertificateArn"])


@functools.cache
def certificate_and_key(*names: str, days: float = 3650) -> tuple[bytes, bytes]:
    """Return a certificate for these names and its private key, both as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=100))
        .not_valid_after(today + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), pem
