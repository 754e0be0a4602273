"""Benchmarks: run by hand and by ``make bench``; figures are ratios to a bare Flask page in the same run."""
