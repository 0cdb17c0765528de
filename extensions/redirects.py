"""Tells an address of this site from one that would lead a visitor elsewhere."""

from urllib.parse import urlsplit


def is_own_path(target: str) -> bool:
    """Tell whether ``target`` is a plain path of this site.

    Refused: another host, ``//host``, backslashes that browsers read as slashes, control
    characters that would split a header, and any scheme.
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    if "\\" in target or any(ord(character) < 32 for character in target):  # noqa: PLR2004
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc
