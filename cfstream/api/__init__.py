"""The commands as functions, for programs. All are public: ``cfstream.plan`` and so on.

`stacks` plans, applies and verifies; `specs` writes and edits specs; `account` reads the account. The command line
calls the same functions of `workflow` and `use_cases`, and adds flags, questions and colours. Nothing here prints or
asks.
"""
