"""From a spec to the form that edits it."""
