"""Makes the form that edits a spec."""
