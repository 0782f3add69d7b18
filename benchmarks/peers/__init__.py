"""The peers: other ways to run Python in another process, each used in its own best way."""
