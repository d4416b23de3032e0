"""What we say on each family of reference cases: one file a family of methods, found by its folder."""
