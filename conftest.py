"""The plugins of this project, for its own tests; a graded run has them from its command line."""

pytest_plugins = ["fixtures.plugins"]
