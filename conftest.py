"""The plugins of this project; everything else is in them."""

pytest_plugins = ["grading.plugin", "fixtures.submission", "fixtures.clusters", "fixtures.scenarios"]
