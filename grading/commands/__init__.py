"""Read the commands of a submission as a shell would, and decide which of them are played.

Everything here is a pure function of text: no program is started, and nothing is ever given to a shell.
"""
