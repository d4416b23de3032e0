"""A table that somebody already has, without a pilot: `tabular` answers a `question` about it.

`table_file` reads it; `shapes` turns it into the unit table of a layout, with `repeated` surveys, `dated` events,
what is `lasting` of a unit, and, where there are `periods`, what held `over_time`; a `look_table` is of looks.
"""
