"""Logistic models of the groups of a table, with bootstraps and cross-validation: `gatesweep.fit_table`."""
