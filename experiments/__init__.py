"""What was run: study files, plans, event logs, the store, and the way from events to unit tables."""
