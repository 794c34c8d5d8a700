"""The Explorer: a population of models at a glance."""
