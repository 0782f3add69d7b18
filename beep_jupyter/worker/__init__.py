"""What runs in the target environment's Python (3.8 and newer), and the formats that the host shares with it.

Standard library only, nothing of ours outside this folder, and as few modules as can be: each one that is imported at
start costs every user start time and memory. `boot.py` is the program; the host imports `wire` and the value codecs.
"""
