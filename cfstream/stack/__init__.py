"""What the kinds of resource share: the scene of one stack, its distribution and bucket, the interface of a kind."""
