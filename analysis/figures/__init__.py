"""What a set of values says: moments, proportions, rates, ratios, quantiles, ranks, likeness, reliability."""
