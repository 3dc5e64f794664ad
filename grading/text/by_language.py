"""Texts that a course writes in each language."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from grading.text.languages import Language
from grading.text.messages import Texts


class Words(BaseModel):
    """A text in English and, if the course has one, in Dutch.

    In YAML a mapping, or one text for both.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    en: str = Field(min_length=1)
    nl: str = ""

    @model_validator(mode="before")
    @classmethod
    def _one_for_both(cls, value: Any) -> Any:
        return {"en": value} if isinstance(value, str) else value

    @property
    def spoken(self) -> str:
        """The text in the language of messages; it can be told in the other."""
        texts = {Language.EN: self.en, **({Language.NL: self.nl} if self.nl else {})}
        return Texts(texts).tell()
