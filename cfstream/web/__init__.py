"""The room that speaks HTTP to the addresses of viewers: CloudFront's names, cnames, buckets' own addresses.

Lives here: sending and receiving. Which requests are made, and what the answers mean, is decided in `proving`. httpx is
imported when the first `HttpViewer` is made.
"""

from cfstream.web.http_viewer import HttpViewer, edge_address

__all__ = ["HttpViewer", "edge_address"]
