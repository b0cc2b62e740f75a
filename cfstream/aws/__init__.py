"""Implement the interfaces of `ports` with botocore.

No other package imports botocore, and it is only loaded when a command connects. `connecting` makes a World, `sessions`
makes the clients, and `client` implements `ports.Writes`. `direct` sends frequent reads through awscrt. `lists`
describes how lists are paged, `remembering` keeps replies so that nothing is read twice, `errors` interprets AWS's
errors, and `clock` is the real clock.
"""
