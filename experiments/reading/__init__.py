"""Reading files that nobody vouches for: in a child process with limits, so that no file harms what reads it."""
