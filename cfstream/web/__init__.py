"""Send HTTP requests to the addresses that viewers use: CloudFront's host names, cnames and buckets.

`verification` decides which requests to send and what the answers mean. httpx is imported when the first `HttpViewer`
is made.
"""

from cfstream.web.http_viewer import HttpViewer, edge_address

__all__ = ["HttpViewer", "edge_address"]
