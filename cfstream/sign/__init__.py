"""Signed URLs, cookies and stream names for CloudFront, for programs and for `cfstream sign`.

::

    from datetime import timedelta
    from cfstream.sign import Signer

    signer = Signer("keys/lectures-2026-11.pem", "K2JCJMDEHXQW5F")
    signer.url("https://media.example.com/lecture.mp4", timedelta(hours=1))
    signer.for_hls("https://media.example.com/hls/", timedelta(hours=1)).cookies

This package makes policies and signatures, and normalises URLs as CloudFront sees them (`resource`). Viewers of the
same folder can share a signature (`caching`). It reads only a key file and the clock. `stack.signing_keys` finds the
key that may sign for a path. `explain` explains why a signature is refused.
"""

from cfstream.sign.caching import Caching
from cfstream.sign.cookies import Cookies
from cfstream.sign.policy import PolicyTerms, When
from cfstream.sign.refusal import CannotSign, PassphraseNeeded, UnusableKey
from cfstream.sign.signer import Pass, Signer
from cfstream.sign.stream_name import StreamName

__all__ = [
    "Caching",
    "CannotSign",
    "Cookies",
    "Pass",
    "PassphraseNeeded",
    "PolicyTerms",
    "Signer",
    "StreamName",
    "UnusableKey",
    "When",
]
