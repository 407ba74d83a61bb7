"""Benchmarks: ours beside its peers, in one run, as ratios. `script/bench` runs them."""
