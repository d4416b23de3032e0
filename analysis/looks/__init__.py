"""Looks at a study that still runs: boundaries, spending, always-valid inference."""
