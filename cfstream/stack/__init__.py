"""Code that several kinds of resources use: the context of a stack, its distribution and bucket, and `Kind` itself."""
