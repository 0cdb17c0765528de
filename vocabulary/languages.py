"""The languages of the pages and of the mails, each by its own name."""

from typing import Final

LANGUAGES: Final = {"fr": "Français", "en": "English"}
