"""Statistics for pilot studies. Knows no file, no SQL and no screen."""

import os

# One thread, whatever the user set: faster for small matrices, and no sum depends on the number of cores.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
