"""Parse a signed URL or signed cookies, and explain why CloudFront would refuse them.

Pure: nothing here reads from AWS or the clock. `render.explain` formats the result.
"""
