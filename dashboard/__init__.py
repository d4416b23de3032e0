"""What people see and take away: the command line, pages, charts and exports. Draws from a Release only."""
