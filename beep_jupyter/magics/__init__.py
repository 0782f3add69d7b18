"""The notebook's face: `%beep`, `%%beep_eval`, routing of plain cells, completion. Runs in the kernel.

Must not import the terminal's face. Loading imports nothing heavy: the command tree comes with the first use.
"""
