"""Verify a stack: decide which requests to send, and judge the answers.

::

    AWS ──site──▶ Site ─┬─keyless, direct, keyed──▶ checks ──ports.Viewer──▶ replies ──judge──▶ Finding
                        └─openings, signers──────────────────────────────────────────────────▶ Finding

This package gets a `ports.Viewer` and a `ports.Reads` and sends nothing by itself. The spec decides who must be served
and who must be refused. The live state only decides where to send the requests.
"""

from cfstream.verification.finding import Finding, Proof, StackProof, Verdict
from cfstream.verification.keyed import KeyAtHand
from cfstream.verification.stack import VerificationTools, verify_stack

__all__ = ["Finding", "KeyAtHand", "Proof", "StackProof", "Verdict", "VerificationTools", "verify_stack"]
