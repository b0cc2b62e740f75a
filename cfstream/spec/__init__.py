"""The spec language: what a YAML file may contain, where each value is, and all problems at once.

`model` is the language, `source` knows where each value was written, and `load` brings the two together.
Nothing here knows AWS beyond the rules that AWS applies to everyone.
"""
