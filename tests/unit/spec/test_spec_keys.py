"""Public keys: which ones CloudFront accepts, one digest for all forms, and no output of a private key."""

import base64
import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from cfstream.errors import SpecProblems
from cfstream.render.problems import problems_text
from cfstream.spec.keys import NotAPublicKey, der_digest, public_key
from cfstream.spec.load import load

RSA = rsa.generate_private_key(65537, 2048)
PEM = serialization.Encoding.PEM
DER = serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def pem(
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | dsa.DSAPublicKey,
) -> str:
    """Return a public key as text."""
    return key.public_bytes(PEM, SPKI).decode()


def private_pem() -> str:
    """Return the private half, as openssl writes it."""
    none = serialization.NoEncryption()
    return RSA.private_bytes(PEM, serialization.PrivateFormat.TraditionalOpenSSL, none).decode()


def refusal(text: str) -> tuple[str, str]:
    """Return the problem of a key file with this text."""
    with pytest.raises(NotAPublicKey) as refused:
        public_key("k", text, "k.pem")
    return refused.value.what, refused.value.do


@pytest.mark.parametrize("key", [RSA.public_key(), ec.generate_private_key(ec.SECP256R1()).public_key()])
def test_the_two_kinds_that_cloudfront_takes(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> None:
    """RSA of 2048 bits and ECDSA on P-256 are accepted, and written in one form."""
    found = public_key("k", pem(key), "k.pem")
    assert (found.name, found.pem) == ("k", pem(key))
    assert found.der_sha256 == der_digest(pem(key))


@pytest.mark.parametrize(
    ("key", "found"),
    [
        (rsa.generate_private_key(65537, 1024).public_key(), "this is an RSA key of 1024 bits"),
        (rsa.generate_private_key(65537, 3072).public_key(), "this is an RSA key of 3072 bits"),
        (ec.generate_private_key(ec.SECP384R1()).public_key(), "this is an ECDSA key on secp384r1"),
        (ed25519.Ed25519PrivateKey.generate().public_key(), "this is a key of another kind (Ed25519)"),
    ],
)
def test_other_kinds(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, found: str) -> None:
    """Every other kind is named and refused, because CreatePublicKey would refuse it."""
    what, do = refusal(pem(key))
    assert what == f"CloudFront accepts RSA keys of 2048 bits and ECDSA keys on P-256; {found}"
    assert do == "run `cfstream keys new k-new --dir .`, and write its name and its file here"


@pytest.mark.parametrize("key", [RSA.public_key(), ec.generate_private_key(ec.SECP256R1()).public_key()])
def test_a_damaged_key_is_accepted_only_if_cryptography_reads_it(
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
) -> None:
    """Keys of the usual form are checked without it: their length, and whether the point is on the curve."""
    der = key.public_bytes(DER, SPKI)
    damaged = [
        der[:at] + bytes([der[at] ^ bit]) + der[at + 1 :] for at in range(len(der)) for bit in (1, 128)
    ]
    for each in (*damaged, der[:-1], der + b"\0"):
        block = f"-----BEGIN PUBLIC KEY-----\n{base64.b64encode(each).decode()}\n-----END PUBLIC KEY-----\n"
        try:
            public_key("k", block, "k.pem")
        except NotAPublicKey:
            continue
        assert isinstance(serialization.load_der_public_key(each), type(key))


@pytest.mark.parametrize(
    "change", [str.strip, lambda text: text.replace("\n", "\r\n"), lambda text: f"\n {text}\n\n"]
)
def test_white_space_does_not_change_a_key(change: type[str]) -> None:
    """CloudFront returns a key with another line end. The digest does not depend on that."""
    text = pem(RSA.public_key())
    assert der_digest(change(text)) == der_digest(text)
    assert public_key("k", change(text), "k.pem").pem == text


def test_other_formats_have_a_fix() -> None:
    """For a key in another format, the fix is the command that converts it."""
    key = RSA.public_key()
    ssh = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    assert refusal(ssh)[1] == "run `ssh-keygen -e -m PKCS8 -f k.pem`"
    pkcs1 = key.public_bytes(PEM, serialization.PublicFormat.PKCS1).decode()
    assert refusal(pkcs1)[1] == "run `openssl rsa -RSAPublicKey_in -in k.pem -pubout`"
    certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert refusal(certificate)[1] == "run `openssl x509 -in k.pem -noout -pubkey`"


@pytest.mark.parametrize("body", ["????", "AAAA", ""])
def test_damage(body: str) -> None:
    """A block without a valid key is reported as damaged."""
    what, _ = refusal(f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
    assert what.startswith("the PEM in the file is damaged")


def test_a_private_key_is_never_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No message contains a private key, from a file or from the spec."""
    monkeypatch.chdir(tmp_path)
    secret = private_pem()
    Path("k.pem").write_text(secret)
    lines = (
        "version: 1\nname: a\nbucket: films\nkey_groups: [{name: g, public_keys: [{name: k, file: %s}]}]\n"
    )
    pasted = '"' + secret.replace("\n", "\\n") + '"'
    for text in (lines % "k.pem", lines % pasted, f"comment: {pasted}\n" + lines % "k.pem", f"{secret}: 1"):
        with pytest.raises(SpecProblems) as found:
            load(["-"], stdin=io.StringIO(text))
        output = problems_text(found.value.problems, color=False) + repr(found.value.problems)
        assert not any(line in output for line in secret.split("\n")[1:-2])
    assert refusal(secret)[0] == "the file contains a private key, and this must be a public one"


def _problems(lines: str) -> list[tuple[str, str]]:
    with pytest.raises(SpecProblems) as found:
        load(["-"], stdin=io.StringIO(lines))
    return [(each.what, each.do) for each in found.value.problems]


SPEC = "version: 1\nname: a\nbucket: films\nkey_groups: [{name: g, public_keys: [%s]}]\n"


def test_one_key_under_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same key material under two names is a problem, however the file is spelled."""
    monkeypatch.chdir(tmp_path)
    Path("one.pub.pem").write_text(pem(RSA.public_key()))
    Path("two.pub.pem").write_text(pem(RSA.public_key()).replace("\n", "\r\n"))
    lines = SPEC % "{name: one, file: one.pub.pem}, {name: two, file: two.pub.pem, replaces: [one]}"
    do = "run `cfstream keys new two --dir .` and write its file here, or delete one of the two"
    assert _problems(lines) == [('the keys "one" and "two" are the same key: only the names differ', do)]


@pytest.mark.parametrize("file", ["k.pem", "k.pub", "k"])
def test_the_public_half_beside_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """If a private key or a missing file is named and the public half is beside it, the fix is its name."""
    monkeypatch.chdir(tmp_path)
    Path("keys").mkdir()
    Path("keys/k.pem").write_text(private_pem())
    Path("keys/k.pub.pem").write_text(pem(RSA.public_key()))
    ((_, do),) = _problems(SPEC % f"{{name: k, file: keys/{file}}}")
    assert do == "write keys/k.pub.pem, the public half"


def test_a_private_key_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the public half, the fix is a command that can be pasted where cfstream runs."""
    monkeypatch.chdir(tmp_path)
    Path("my keys").mkdir()
    Path("my keys/k.pem").write_text(private_pem())
    ((_, do),) = _problems(SPEC % "{name: k, file: my keys/k.pem}")
    assert do.endswith("`openssl pkey -in 'my keys/k.pem' -pubout -out 'my keys/k.pub.pem'`")


def test_a_truncated_file_is_written_again() -> None:
    """A file without its last lines is cut off, although it begins as it should."""
    whole = pem(rsa.generate_private_key(65537, 2048).public_key())
    what, do = refusal(whole[:200])
    assert what == "the PEM in the file is cut off: it has no END line"
    assert do.startswith("write it again from its private half: `openssl pkey -in ")
