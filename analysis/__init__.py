"""Statistics for pilot studies. Knows no file, no SQL and no screen."""

import os

# One thread for small matrices: faster here, and sums do not depend on how many cores a machine has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
