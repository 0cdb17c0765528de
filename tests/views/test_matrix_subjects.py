"""The subjects of the access matrix together: no route is declared by two of them."""

import pytest

from views.matrix import Access, merge_rights


def test_a_route_of_two_subjects_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pages\.home"):
        merge_rights({"pages.home": Access.PUBLIC}, {"pages.home": Access.STAFF})
