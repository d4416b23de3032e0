"""Estimators, one file each; a module's docstring is its method card."""
