"""The commands as functions, for programs. All are public as ``cfstream.plan`` and so on.

`stacks` plans, applies and verifies; `specs` writes and edits specs; `account` reads the account. The command line
calls the same use cases, and adds flags, questions and colours. Nothing here prints or asks.
"""
