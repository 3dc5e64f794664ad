"""Folders of a class that was graded, made from recordings: as ``kubegrade class`` leaves them.

`made` is the class in memory, `write` puts it into a folder. Among its students are, from the first twelve
on: all points, an error of the infrastructure, one late, one who handed in nothing, a group, one not gradable
as handed in, several attempts, an archive that nobody can unpack, names that are markup or a formula. The
others have faults of the course's catalogue, some far more often than others. The same number of students
makes the same class.
"""

from tests.selfcheck.classes.folder import write
from tests.selfcheck.classes.made import Made, made

__all__ = ["Made", "made", "write"]
