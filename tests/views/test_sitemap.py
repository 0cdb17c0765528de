"""The map of the site: real public entries only."""

import re

from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.entries import make_commune, make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from tests.query_counter import count_queries
from vocabulary.kinds import PublicationState


def test_only_real_public_entries_are_listed(empty_app: Flask, empty_session: Session) -> None:
    session = empty_session
    make_commune(session)
    quarter = make_territory(session)
    actor = make_organization(session, "Réelle")
    make_offer(session, actor, "Réelle aussi")
    make_need(session, quarter)
    make_organization(session, "Fictive", is_demo=True)
    make_need(session, quarter, is_demo=True)
    for state in PublicationState:
        if state is not PublicationState.PUBLISHED:
            hidden = make_organization(session, f"Cachée {state}", state=state)
            make_offer(session, hidden, f"Offre cachée {state}")
            make_offer(session, actor, f"Brouillon {state}", state=state)
            make_need(session, quarter, state=state)
    session.commit()
    with count_queries(empty_app) as statements:
        text = empty_app.test_client().get("/sitemap.xml").text
    entries = re.findall(r"<loc>http://localhost(/[a-z]+/[^<]+)</loc><lastmod>2026-11-22", text)
    assert entries == [
        "/acteurs/reelle",
        "/solutions/reelle-aussi",
        "/besoins/1",
        "/territoires/QN04212M",
    ]
    assert len(statements) == 6


def test_robots_are_shown_the_map(empty_app: Flask) -> None:
    assert (
        "Sitemap: http://localhost/sitemap.xml" in empty_app.test_client().get("/robots.txt").text
    )
