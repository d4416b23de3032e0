"""Models that several estimators fit: regressions, mixed models, series, survival."""
