"""From a morphology and an experiment to the arrays an engine needs; pure numpy."""
