"""The Jupyter server extension: what `Beep` can do, as REST under `/beep/v1/`. Runs in the Jupyter server.

Nothing here may block the server's loop: what waits runs on threads, what takes long in processes of its own. Nothing
here imports the other surfaces.
"""
