"""What a plan reads, recorded in a file, and a plan from such a file: without AWS, and without credentials.

``heard`` is the data, ``recorder`` a door in that notes what passes, ``survey`` what is read beyond the specs at hand
so that changed ones can be planned too, ``replay`` a door in that answers from what was noted, and ``inference`` what
follows for calls that were not made. ``redaction`` and ``accounts`` take out what is nobody's business; ``document`` is
the file. Reading and writing it is the command line's.
"""
