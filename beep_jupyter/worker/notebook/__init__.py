"""What makes a routed cell one of a notebook: its number and history, `get_ipython()`, what its errors look like.

Runs in the worker. Only `cells` and the hooks are loaded at start; the rest when a cell first needs it.
"""
