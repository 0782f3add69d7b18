"""How values look: representations, pretty texts, matplotlib's figures. Runs in the worker."""
