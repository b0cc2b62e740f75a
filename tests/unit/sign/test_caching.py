"""Which requests share a signature: by folder and rounded expiry, across threads, and after a fork.

The key counts its signatures, and the public key checks each text that a viewer gets.
"""

import json
import os
import select
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA1, HashAlgorithm

from cfstream.sign import Caching, CannotSign, Cookies, Pass, Signer
from cfstream.sign.encoding import decode
from cfstream.sign.keys import private_key
from cfstream.sign.policy import canned
from tests.world.signing import AnyKey, ec_key, private_pem, rsa_key

KEYS: dict[str, AnyKey] = {"rsa": rsa_key("lectures-1"), "ecdsa": ec_key("lectures-1")}
FOLDER = "https://media.example.com/hls/"
NOON = 1_900_000_020  # a whole number of minutes
HOUR = timedelta(hours=1)
MINUTE = Caching(step=timedelta(minutes=1))


@dataclass
class SigningFixture:
    """A signer with a clock that the test sets, and with a list of the policies that its key signed."""

    kind: str = "rsa"
    caching: Caching | None = MINUTE
    at: float = NOON
    signed: list[bytes] = field(default_factory=list)
    before: Callable[[], object] = lambda: None
    """Called before each signature."""

    def __post_init__(self) -> None:
        key = private_key(private_pem(KEYS[self.kind]))

        def sign(policy: bytes, hashing: HashAlgorithm) -> bytes:
            self.before()
            self.signed.append(policy)
            return key.sign(policy, hashing)

        counting = replace(key, sign=sign)
        self.signer = Signer(counting, "K2JCJMDEHXQW5F", now=lambda: self.at, caching=self.caching)
        self.signed.clear()  # the signer tries the key once

    def check(self, policy: bytes, signature: bytes) -> None:
        """Raise InvalidSignature unless the public key accepts the signature of the policy."""
        key = KEYS[self.kind]
        if isinstance(key, RSAPrivateKey):
            key.public_key().verify(signature, policy, PKCS1v15(), SHA1())
        else:
            key.public_key().verify(signature, policy, ECDSA(SHA1()))

    def expiry(self, cookies: Cookies) -> int:
        """Return the expiry in cookies with a valid signature."""
        policy = decode(cookies["CloudFront-Policy"])
        self.check(policy, decode(cookies["CloudFront-Signature"]))
        (statement,) = json.loads(policy)["Statement"]
        return int(statement["Condition"]["DateLessThan"]["AWS:EpochTime"])

    def watch(self, folder: str = FOLDER) -> str:
        """Return the cookies of one viewer as one text."""
        return self.signer.for_hls(folder, HOUR).cookies.header()


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_the_viewers_of_a_minute_share_one_signature(kind: str) -> None:
    """10,000 viewers of a folder get the same valid cookies, for one signature. The next minute costs another."""
    signing = SigningFixture(kind)
    cookies: set[str] = set()
    for viewer in range(10_000):
        signing.at = NOON + 0.001 + viewer * 0.005999
        cookies.add(signing.watch())
    assert (len(cookies), len(signing.signed)) == (1, 1)
    assert signing.expiry(signing.signer.for_hls(FOLDER, HOUR).cookies) == NOON + 3660
    signing.at = NOON + 60.001
    assert signing.expiry(signing.signer.for_hls(FOLDER, HOUR).cookies) == NOON + 3720
    assert len(signing.signed) == 2


@pytest.mark.parametrize("step", [1, 7, 60, 300, 3600])
def test_an_expiry_is_rounded_up_by_less_than_a_step(step: int) -> None:
    """It is never before the requested time, and never a whole step or more after it."""
    signing = SigningFixture("ecdsa", caching=Caching(step=timedelta(seconds=step)))
    for late in (0, 0.001, 0.5, 1, 6.999, 59.5, 60, 299.999, 3599):
        signing.at = NOON + late
        asked = signing.at + 3600
        for found in (
            signing.signer.for_hls(FOLDER, HOUR).terms.expires,
            int(dict(parse_qsl(urlsplit(signing.signer.url(f"{FOLDER}a.mp4", HOUR)).query))["Expires"]),
        ):
            assert asked <= found < asked + step
            assert found % step == 0


@pytest.mark.parametrize("expires", [datetime.fromtimestamp(NOON + 3601, UTC), NOON + 3601])
def test_an_absolute_expiry_is_not_rounded(expires: datetime | int) -> None:
    """A lecture that ends at a time ends then. All who ask for that time share one signature without rounding."""
    signing = SigningFixture()
    found = set()
    for late in (0, 30.5, 90, 3000):
        signing.at = NOON + late
        found.add(signing.expiry(signing.signer.for_hls(FOLDER, expires).cookies))
    assert (found, len(signing.signed)) == ({NOON + 3601}, 1)


@pytest.mark.parametrize(
    ("expires", "why"),
    [
        (timedelta(seconds=59), "caching step is 0:01:00"),
        (timedelta(0), "already be expired"),
        (timedelta(seconds=-59), "already be expired"),
    ],
)
def test_rounding_makes_no_pass_twice_as_long(expires: timedelta, why: str) -> None:
    """A validity that is shorter than the step is refused, and rounding makes no past time valid."""
    signing = SigningFixture()
    with pytest.raises(CannotSign, match=why):
        signing.signer.for_hls(FOLDER, expires)
    with pytest.raises(CannotSign, match=why):
        signing.signer.url(f"{FOLDER}a.mp4", expires)
    assert signing.signed == []


def test_without_caching_each_request_has_its_own_signature() -> None:
    """Nothing is shared or rounded: ECDSA, which never signs twice the same way, gives different texts."""
    signing = SigningFixture("ecdsa", caching=None, at=NOON + 0.5)
    first, second = (signing.signer.for_hls(FOLDER, HOUR).cookies for _ in range(2))
    assert signing.expiry(first) == signing.expiry(second) == NOON + 3600
    assert first["CloudFront-Signature"] != second["CloudFront-Signature"]
    assert signing.signer.url(f"{FOLDER}a.mp4", HOUR) != signing.signer.url(f"{FOLDER}a.mp4", HOUR)
    assert signing.signer.stream_name("a.mp4", HOUR) != signing.signer.stream_name("a.mp4", HOUR)
    assert len(signing.signed) == 6


def test_a_signer_rounds_only_if_asked() -> None:
    """By default the expiry is exact, and only the requests of the same second share a signature."""
    signing = SigningFixture(caching=Caching())
    for late in (0.0, 0.9, 1.0):
        signing.at = NOON + late
        assert signing.expiry(signing.signer.for_hls(FOLDER, HOUR).cookies) == int(signing.at) + 3600
    assert len(signing.signed) == 2


def test_only_equal_policies_share_a_signature() -> None:
    """Another folder, start, address or validity has its own policy and signature."""
    sign = (signing := SigningFixture()).signer.for_hls
    asked: list[Callable[[], Pass]] = [
        lambda: sign(FOLDER, HOUR),
        lambda: sign("https://media.example.com/hls/1/", HOUR),
        lambda: sign("https://other.example.com/hls/", HOUR),
        lambda: sign(FOLDER, HOUR, starts=NOON),
        lambda: sign(FOLDER, HOUR, ip="203.0.113.7"),
        lambda: sign(FOLDER, HOUR, ip="203.0.113.8"),
        lambda: sign(FOLDER, 2 * HOUR),
        lambda: signing.signer.for_file(f"{FOLDER}master.m3u8", HOUR),
    ]
    passes = [one() for one in asked] + [one() for one in asked]
    assert len({each.query for each in passes}) == len(signing.signed) == len(asked)
    for each in passes:
        assert signing.expiry(each.cookies) == each.terms.expires


def test_a_url_and_a_stream_name_are_signed_once_in_a_step() -> None:
    """The viewers of one file get the same URL, whose signature is valid."""
    signing = SigningFixture()
    url, file = f"{FOLDER}a.mp4", "videos/a.mp4"
    found = {
        (signing.signer.url(url, HOUR), str(signing.signer.stream_name(file, HOUR)))
        for signing.at in times_in_a_minute(9)
    }
    ((signed, _),) = found
    assert signing.signed == [canned(url, NOON + 3660), canned(file, NOON + 3660)]
    signing.check(signing.signed[0], decode(dict(parse_qsl(urlsplit(signed).query))["Signature"]))


def times_in_a_minute(count: int) -> Iterable[float]:
    """Return times within one minute after noon."""
    return [NOON + 1 + each * 59 / count for each in range(count)]


def test_a_cache_is_bounded() -> None:
    """The least recently used pass is dropped, and URLs drop no passes."""
    signing = SigningFixture(caching=replace(MINUTE, size=2))
    folders = [f"{FOLDER}{number}/" for number in range(3)]
    for folder in (folders[0], folders[1], folders[0], folders[2]):
        signing.watch(folder)
    assert len(signing.signed) == 3
    for number in range(5):
        signing.signer.url(f"{FOLDER}{number}.mp4", HOUR)
    signing.signed.clear()
    signing.watch(folders[0])
    signing.watch(folders[2])
    assert signing.signed == []
    signing.watch(folders[1])
    assert len(signing.signed) == 1


def test_a_failed_signature_is_not_kept() -> None:
    """The next request signs again."""
    signing = SigningFixture()
    signing.before = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        signing.watch()
    signing.before = lambda: None
    signing.expiry(signing.signer.for_hls(FOLDER, HOUR).cookies)
    assert len(signing.signed) == 1


@pytest.mark.parametrize(
    "settings", [{"step": timedelta(seconds=-1)}, {"step": timedelta(milliseconds=1500)}, {"size": 0}]
)
def test_meaningless_settings_are_refused(settings: dict) -> None:
    """The step is a number of whole seconds, and the size is at least 1."""
    with pytest.raises(CannotSign):
        Caching(**settings)


def test_threads_that_ask_together_share_one_signature() -> None:
    """Eight threads ask before the first signature exists. One signs, and the others wait for its text."""
    signing, all_ask, first = SigningFixture("ecdsa"), threading.Barrier(8, timeout=10), threading.Event()
    signing.before = lambda: first.wait(0.02)  # the others arrive while this one signs

    def ask(_number: int) -> str:
        all_ask.wait()
        return signing.watch()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == len(signing.signed) == 1


def test_threads_sign_different_folders_at_the_same_time() -> None:
    """A slow signature delays no other folder: both threads are in their signature together."""
    signing, both = SigningFixture("ecdsa"), threading.Barrier(2, timeout=10)
    signing.before = both.wait
    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(signing.watch, [f"{FOLDER}1/", f"{FOLDER}2/"]))) == len(signing.signed) == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_waits_for_no_thread_of_its_parent() -> None:
    """A thread signs during the fork. The child, which does not have that thread, signs the same folder itself."""
    signing, started, done = SigningFixture(), threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        done.wait(10)

    signing.before = slow
    with ThreadPoolExecutor(1) as pool:
        parents = pool.submit(signing.watch)
        assert started.wait(10)

        def child() -> str:
            signing.before = lambda: None
            return signing.watch()

        try:
            childs = in_child(child)
        finally:
            done.set()
        assert childs == parents.result(10)  # RSA signs the same policy in the same way in each process
    assert signing.expiry(signing.signer.for_hls(FOLDER, HOUR).cookies) == NOON + 3600


def test_forked_processes_use_different_nonces() -> None:
    """Two ECDSA signatures with one nonce would reveal the private key, so children must not share random numbers."""
    signing = SigningFixture("ecdsa")
    signing.watch()

    def sign(number: int) -> int:
        cookies = signing.signer.for_hls(f"{FOLDER}{number}/", HOUR).cookies
        signing.expiry(cookies)
        return decode_dss_signature(decode(cookies["CloudFront-Signature"]))[0]

    found = {in_child(lambda: str(sign(1))), in_child(lambda: str(sign(2))), str(sign(3))}
    assert len(found) == 3


def in_child(work: Callable[[], str]) -> str:
    """Return what `work` returns in a forked process. Fails if it takes more than ten seconds."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writes, work().encode())
        finally:
            os._exit(0)
    os.close(writes)
    with open(reads, "rb") as answer:
        ready, _, _ = select.select([answer], [], [], 10)
        if not ready:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert ready, "the child waits for a lock that nobody holds"
        return answer.read().decode()
