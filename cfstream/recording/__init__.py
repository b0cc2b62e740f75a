"""Record in a file what a plan reads, and plan from such a file without AWS or credentials.

`recorded` has the data types, `recorder` records reads, `survey` also reads what changed specs may need, `replay`
answers reads from a recording, and `inference` derives answers for calls that were not recorded. `redaction` and
`accounts` remove private data, and `document` is the file format. The command line reads and writes the file.
"""
