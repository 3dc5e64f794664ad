"""A Docker Hub of our own, and a world of its own for a command: the released road without internet."""
