"""Migrate specs from older features of CloudFront to current ones, by editing the spec. Plan and apply do the rest.

`advice` decides what to migrate and why, `edits` edits a spec, `beside` makes the stack that replaces an rtmp one, and
`player_urls` converts players' URLs. Pure: text in, text out.
"""
