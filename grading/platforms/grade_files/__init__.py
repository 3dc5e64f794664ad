"""Grade files of platforms: read them, and fill in grades so that nothing else of them changes."""

from grading.platforms.grade_files.file import GradeFile, GradeFileError, read_grade_file

__all__ = ["GradeFile", "GradeFileError", "read_grade_file"]
