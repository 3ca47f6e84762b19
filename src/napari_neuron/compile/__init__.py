"""Turns a morphology and an experiment into the arrays an engine needs; pure numpy."""
