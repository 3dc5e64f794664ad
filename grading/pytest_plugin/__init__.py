"""The pytest plugin: options, verdicts, reports, and what is shown on a terminal."""
