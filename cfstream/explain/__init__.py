"""What a signed URL or a set of cookies says, and why CloudFront would refuse it.

Values in, values out: nothing here asks AWS or the clock. How it reads is `render.explain`.
"""
