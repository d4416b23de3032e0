"""How outcomes of each kind come about in a simulated log: one file a kind, found by itself."""
