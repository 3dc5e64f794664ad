"""The page about a class."""
