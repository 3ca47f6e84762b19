"""The Run tab: the current run, the runs of the session, and files."""
