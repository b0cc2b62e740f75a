"""Code that several kinds of resources use: the scene of a stack, its distribution and bucket, and `Kind` itself."""
