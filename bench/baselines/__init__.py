"""What the benchmarks measure against, and the means to do so."""
