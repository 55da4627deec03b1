"""Elections by the 地方组织法: the ballots, the majority of all deputies, ties, run-offs, shortfall, pre-selection."""
