"""Environments: identity, locking and atomic publishing; uv does the work. Host's Python, below the backends."""
