"""Write what an instructor downloads from a platform, for the twelve: the submissions and the grade file.

    python -m tests.selfcheck.platforms WAY FOLDER

WAY is one of `ways.WAYS`. The folder is made; a rubric with what lateness costs is in it too.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.selfcheck.platforms.twelve import twelve
from tests.selfcheck.platforms.ways import WAYS

if __name__ == "__main__":
    place = Path(sys.argv[2])
    place.mkdir(parents=True)
    WAYS[sys.argv[1]].write(place, twelve())
