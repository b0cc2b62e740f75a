"""From the older ways of CloudFront to today's, as edits of a spec; plan and apply then do them, in stages.

Lives here: what a spec should leave behind and why (`advice`), the edits (`edits`, and `beside` for a stack that takes
the place of an rtmp one), and what becomes of players' URLs (`player_urls`). Pure: texts in, texts out.
"""
