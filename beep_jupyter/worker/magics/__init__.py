"""The magics of routed cells: one function each, `line_NAME` or `cell_NAME`.

Runs in the worker; a module is loaded when one of its magics is used.
A new magic is a function here, and its name in `table`.
"""
