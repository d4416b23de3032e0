"""How often each estimator errs in studies with a known truth, and the band that it must keep."""
