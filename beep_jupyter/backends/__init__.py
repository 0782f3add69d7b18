"""Backends: starting servers, finding them again, and talking to them. Imports nothing by itself."""
