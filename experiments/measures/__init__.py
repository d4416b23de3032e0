"""From events to one row a unit, one file an outcome kind."""
