"""The terminal's face: `beep`. Runs in a process of its own; must not import the notebook's face."""
