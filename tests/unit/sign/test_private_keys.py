"""Private keys in every form that tools write, and the errors for everything else."""

import subprocess
import traceback
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cfstream.sign import PassphraseNeeded, Signer, UnusableKey
from cfstream.sign.keys import private_key
from cfstream.spec.keys import der_digest
from tests.world.signing import PASSPHRASE, ec_key, private_pem, public_pem, rsa_key

RSA, EC = rsa_key("lectures-1"), ec_key("lectures-1")
WRONG = "hunter2"
TRADITIONAL = PrivateFormat.TraditionalOpenSSL
FORMS = {
    "PKCS#1": private_pem(RSA, TRADITIONAL),
    "PKCS#8": private_pem(RSA),
    "SEC1": private_pem(EC, TRADITIONAL),
    "PKCS#8, ECDSA": private_pem(EC),
    "PKCS#1, encrypted": private_pem(RSA, TRADITIONAL, PASSPHRASE),
    "PKCS#8, encrypted": private_pem(RSA, passphrase=PASSPHRASE),
    "SEC1, encrypted": private_pem(EC, TRADITIONAL, PASSPHRASE),
}


@pytest.mark.parametrize("pem", FORMS.values(), ids=FORMS)
def test_every_form_is_read(pem: bytes) -> None:
    """PKCS#1, PKCS#8 and SEC1, plain and encrypted, as text and as bytes. The public half is CloudFront's form."""
    key = EC if b"EC PRIVATE" in pem or pem == FORMS["PKCS#8, ECDSA"] else RSA
    assert private_key(pem, PASSPHRASE).der_sha256 == der_digest(public_pem(key).decode())
    assert Signer(pem.decode(), "K1", passphrase=PASSPHRASE).public_pem == public_pem(key).decode()


def test_openssl_writes_keys_that_are_read(tmp_path: Path) -> None:
    """Keys of ``openssl genrsa`` with AES and of ``ecparam``, which writes parameters first, are read."""
    path = tmp_path / "key.pem"
    for command in (
        ["openssl", "genrsa", "-aes256", "-passout", f"pass:{PASSPHRASE}", "-out", str(path), "2048"],
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", str(path)],
    ):
        subprocess.run(command, check=True, capture_output=True)
        assert len(private_key(path, PASSPHRASE).der_sha256) == 64


def test_a_path_names_the_file_in_errors(tmp_path: Path) -> None:
    """The error names a missing file or a folder."""
    with pytest.raises(UnusableKey, match=r"absent\.pem: the file does not exist"):
        private_key(tmp_path / "absent.pem")
    with pytest.raises(UnusableKey, match="cannot be read"):
        private_key(str(tmp_path))


def _pem(key: object) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())  # type: ignore[attr-defined,no-any-return]


REFUSED = {
    "public key": (public_pem(RSA), "is a public key"),
    "certificate": (b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "is a certificate"),
    "nothing": (b"", "no private key in PEM form"),
    "der": (b"\x30\x82\x04", "no private key in PEM form"),
    "OpenSSH": (
        RSA.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
        "in OpenSSH form",
    ),
    "SSH, public": (b"ssh-rsa AAAA me", "is a public key"),
    "RSA of 1024 bits": (private_pem(rsa_key("short", 1024)), "an RSA key with 1024 bits"),
    "P-384": (_pem(generate_private_key(SECP384R1())), "an ECDSA key on secp384r1"),
    "Ed25519": (_pem(ed25519.Ed25519PrivateKey.generate()), "a key of another type"),
    "cut off": (private_pem(RSA)[:600] + b"\n-----END PRIVATE KEY-----\n", "damaged"),
}


@pytest.mark.parametrize(("pem", "reason"), REFUSED.values(), ids=REFUSED)
def test_other_content_is_refused_by_name(pem: bytes, reason: str) -> None:
    """The error names the type of content and a fix, and repeats nothing of the file."""
    with pytest.raises(UnusableKey, match=reason) as refusal:
        private_key(pem)
    assert refusal.value.do
    body = pem.decode("latin-1").split("\n")[1:4]
    output = "".join(traceback.format_exception(refusal.value))
    assert not any(line and line in output for line in body)


@pytest.mark.parametrize("form", [name for name in FORMS if "encrypted" in name])
def test_a_wrong_passphrase_is_reported_and_not_repeated(form: str) -> None:
    """The traceback has neither the passphrase nor cryptography's cause."""
    with pytest.raises(PassphraseNeeded, match=r"the passphrase .* is wrong") as refusal:
        private_key(FORMS[form], WRONG)
    output = "".join(traceback.format_exception(refusal.value))
    assert WRONG not in output
    assert refusal.value.__cause__ is None


def test_a_missing_passphrase_is_reported() -> None:
    """An encrypted key without a passphrase asks for one."""
    with pytest.raises(PassphraseNeeded, match="is encrypted"):
        private_key(FORMS["PKCS#8, encrypted"])


def test_another_hash_is_refused() -> None:
    """CloudFront checks with SHA-1 or SHA-256."""
    with pytest.raises(UnusableKey, match="does not support the hash"):
        Signer(FORMS["PKCS#8"], "K1", hash="MD5")  # type: ignore[arg-type]
