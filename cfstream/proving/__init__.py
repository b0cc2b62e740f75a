"""The proof that the signed get in and nobody else: which questions are asked, and what the answers mean.

::

    AWS ──site──▶ Site ─┬─keyless, direct, keyed──▶ checks ──ports.Viewer──▶ replies ──judge──▶ Finding
                        └─openings, signers──────────────────────────────────────────────────▶ Finding

Nothing here speaks HTTP or AWS by itself: it is handed a `ports.Viewer` and a `ports.Reads`. What is asked is decided
from the spec, for it says who may get in; what is live says only where to knock.
"""

from cfstream.proving.finding import Finding, Proof, StackProof, Verdict
from cfstream.proving.keyed import KeyAtHand
from cfstream.proving.prove import Means, prove

__all__ = ["Finding", "KeyAtHand", "Means", "Proof", "StackProof", "Verdict", "prove"]
