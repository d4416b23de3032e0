"""Statistics for pilot studies. Knows no file, no SQL and no screen."""
