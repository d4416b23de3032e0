"""What each outcome kind takes in a study file: one file a kind, found by itself."""
