"""Signed URLs, cookies and stream names for CloudFront, for programs and for `cfstream sign`.

::

    from datetime import timedelta
    from cfstream.sign import Signer

    signer = Signer("keys/lectures-2026-11.pem", "K2JCJMDEHXQW5F")
    signer.url("https://media.example.com/lecture.mp4", timedelta(hours=1))
    signer.for_hls("https://media.example.com/hls/", timedelta(hours=1)).cookies

Lives here: policies, signatures, and the URLs as CloudFront sees them. Does not live here: which key may sign for which
path (`inventory.signing_keys`), and why a signature is refused (`explain`). Nothing goes out: a key file is read, the
clock is asked, that is all. `resource` tells how URLs are written.
"""

from cfstream.sign.cookies import Cookies
from cfstream.sign.policy import Terms, When
from cfstream.sign.refusal import CannotSign, PassphraseNeeded, UnusableKey
from cfstream.sign.signer import Pass, Signer
from cfstream.sign.stream_name import StreamName

__all__ = [
    "CannotSign",
    "Cookies",
    "Pass",
    "PassphraseNeeded",
    "Signer",
    "StreamName",
    "Terms",
    "UnusableKey",
    "When",
]
