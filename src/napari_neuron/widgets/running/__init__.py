"""The tab Run: a run under way, the runs of the session, and files."""
