"""What beep-jupyter costs, beside floors and peers, measured in one run: `python -m benchmarks`.

How a run goes: `schedule` asks each contestant in turn, round after round, so that all see the same weather. Each
(`floor`, `ours`, `peers/`) lives in a process of its own (`driver`), which `arena` starts, asks and ends. `results`
makes medians and ratios of the samples, `promises` judges them, `terminal`, `picture` and `page` show them.
"""
