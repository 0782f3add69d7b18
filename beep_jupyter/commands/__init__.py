"""The one command tree behind `beep` in a terminal and `%beep` in a notebook.

A command parses its arguments with click, calls the manager and shows what came of it through a `Show`, so it knows
neither rich nor IPython. Runs in the host; must not import the terminal's or the notebook's face.
"""
