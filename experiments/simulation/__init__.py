"""The parts of a simulated trial: who, when, how often, with which values, and the file it is written to."""
