"""What a client may ask of a session, one method each.

Runs in the worker; `session` is loaded at start, the others when first asked for.
"""
