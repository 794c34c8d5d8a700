"""The models of a table: coefficients with their intervals over all groups, and a group by itself."""
