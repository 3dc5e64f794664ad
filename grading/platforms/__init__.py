"""Learning platforms: the bulk downloads that go in, and the grade files that come back."""
