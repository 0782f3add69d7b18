"""How values travel: trees, buffers, and a codec for each type that can. Runs in worker and host alike.

Imports nothing of the worker but `late`: what it says about a value must not depend on who asks.
"""
