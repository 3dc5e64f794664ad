"""Archives that are handed in: zip, tar, rar and 7z, unpacked within limits and trusting nothing in them.

Each kind of archive is read as a stream of `Member`; `unpack` alone writes, and only what `tree` allows.
"""
