"""Bulk downloads of learning platforms: which form one has, and what each student handed in.

A form is one small module: how names in it are read. `form` unpacks what it finds, `recognise` chooses it.
"""

from grading.platforms.downloads.form import Form
from grading.platforms.downloads.recognise import FORMS, recognise, said

__all__ = ["FORMS", "Form", "recognise", "said"]
