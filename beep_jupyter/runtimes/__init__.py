"""Pythons: found on this machine, downloaded, adopted, removed. Host's Python; below the environments."""
