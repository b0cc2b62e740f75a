"""Verify a stack: decide which requests to send, and judge the answers.

:::

    AWS ──site──▶ Site ─┬─keyless, direct, keyed──▶ checks ──ports.Viewer──▶ replies ──judge──▶ Finding
                        └─openings, signers──────────────────────────────────────────────────▶ Finding

This package gets a `ports.Viewer` and a `ports.Reads` and sends nothing by itself. The spec decides who must be served
and who must be refused. The live state only decides where to send the requests.
"""

from cfstream.proving.finding import Finding, Proof, StackProof, Verdict
from cfstream.proving.keyed import KeyAtHand
from cfstream.proving.prove import Means, prove

__all__ = ["Finding", "KeyAtHand", "Means", "Proof", "StackProof", "Verdict", "prove"]
