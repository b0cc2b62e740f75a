"""The sandbox's edge: CloudFront's answers to viewers, from the live state alone.

A request counts as https unless it has ``X-Forwarded-Proto: http``. A viewer's address is that of its connection. A
distribution that was never Deployed answers 503 (on AWS, its name does not resolve). One that is InProgress answers
with its last Deployed config. No object is cached.
"""

from cfstream.sandbox.edge.edge import Edge

__all__ = ["Edge"]
