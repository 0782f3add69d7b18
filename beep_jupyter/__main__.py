"""`python -m beep_jupyter`: the same as `beep`."""

from __future__ import annotations

import sys

from .cli.main import main

sys.exit(main())
