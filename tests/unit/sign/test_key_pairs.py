"""Keys of trusted signers: AWS lists their ids, and not which key has which id."""

import pytest

from cfstream.explain.guards import GuardedBehavior, Guards, TrustedKey
from cfstream.sign import CannotSign
from cfstream.stack.signing_keys import key_for


@pytest.mark.parametrize(
    ("behavior", "what", "do"),
    [
        (
            GuardedBehavior(signers=("self", "111122223333"), key_pairs=("APKA2A", "APKAD2")),
            "the default behavior trusts this account or account 111122223333, and AWS lists only the ids",
            "with the id of your key pair: APKA2A, APKAD2; AWS named the file of the private key after it",
        ),
        (
            GuardedBehavior(signers=("self",), streaming=True),
            "the streaming distribution trusts this account, which has no active key pair",
            "create one as the root user",
        ),
    ],
)
def test_the_id_of_a_key_pair_is_required(behavior: GuardedBehavior, what: str, do: str) -> None:
    """The error says where the user finds it."""
    with pytest.raises(CannotSign, match=what) as refused:
        key_for(Guards("E1", "d1.cloudfront.net", (), (behavior,)), "/a", "digest", None)
    assert do in refused.value.do


def trusted(id_: str, name: str, digest: str) -> TrustedKey:
    """Return an active key of a group."""
    return TrustedKey(id_, name, "viewers", "", digest, active=True)


@pytest.mark.parametrize(
    ("digest", "do"), [("two", "this private key belongs to K2"), ("three", "use that key's private key")]
)
def test_the_id_of_another_key_is_refused(digest: str, do: str) -> None:
    """CloudFront checks a signature with the key of its id, so it would not match."""
    behavior = GuardedBehavior(
        groups=("viewers",), keys=(trusted("K1", "spring", "one"), trusted("K2", "autumn", "two"))
    )
    guards = Guards("E1", "d1.cloudfront.net", (), (behavior,))
    assert key_for(guards, "/a", "one", "K1") == "K1"
    with pytest.raises(
        CannotSign, match="K1 is the key spring, which this private key does not match"
    ) as refused:
        key_for(guards, "/a", digest, "K1")
    assert refused.value.do == do
