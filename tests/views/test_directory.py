"""Looking up: results and filters, spelling, nothing found, hostile addresses, withdrawals."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.withdrawal import Withdrawal
from tests.conftest import AppFactory
from tests.factories.directory import (
    counted_results,
    fill_directory,
    found_entries,
    map_features,
    options_of,
)
from tests.factories.entries import NOW, index_all, make_commune, make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import PublicationState


def test_words_without_accents_find_and_are_marked(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=renovation+energetique").text
    assert counted_results(page) == "3 résultats pour « renovation energetique »"
    assert "<mark>Rénovation</mark> <mark>énergétique</mark> d’un îlot" in page
    assert "**" not in page


def test_nothing_asked_lists_everything(directory: FlaskClient) -> None:
    assert counted_results(directory.get("/annuaire").text) == "8 entrées dans l’annuaire"


def test_every_count_is_what_its_filter_gives(directory: FlaskClient) -> None:
    address = "/annuaire?objet=solutions&objet=acteurs"
    counted = options_of(directory.get(address).text)
    assert {name for name, _value in counted} == {
        "objet",
        "type",
        "theme",
        "region",
        "maturite",
        "zone",
        "montage",
    }
    for (name, value), count in counted.items():
        if name == "objet":
            answer = directory.get(f"/annuaire?objet={value}").text
        else:
            answer = directory.get(f"{address}&{name}={value}").text
        assert counted_results(answer).split()[0] == str(count), (name, value)


def test_values_of_one_filter_add_up_and_filters_narrow(directory: FlaskClient) -> None:
    both = directory.get("/annuaire?objet=acteurs&objet=besoins").text
    assert counted_results(both) == "4 résultats"
    narrowed = directory.get("/annuaire?objet=acteurs&objet=besoins&type=startup").text
    assert found_entries(narrowed) == ["/acteurs/thermolia"]


def test_a_theme_under_a_ticked_axis_narrows_it(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?theme=batiment&theme=confort-ete").text
    assert found_entries(page) == found_entries(directory.get("/annuaire?theme=confort-ete").text)


def test_each_applied_filter_can_be_removed(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=isoler&objet=solutions&type=startup&page=1&vue=carte").text
    start = page.index('class="active-filters"')
    chips = re.findall(
        r'<a (?:class="clear" )?href="([^"]+)"', page[start : page.index("</ul>", start)]
    )
    assert [chip.replace("&amp;", "&") for chip in chips] == [
        "/annuaire?q=isoler&type=startup&vue=carte",
        "/annuaire?q=isoler&objet=solutions&vue=carte",
        "/annuaire?q=isoler&vue=carte",
    ]


def test_a_misspelling_gives_the_results_of_the_right_word(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=renovatoin").text
    assert "Rien ne répond à « renovatoin »." in page
    assert found_entries(page) == found_entries(directory.get("/annuaire?q=rénovation").text)
    assert len(found_entries(page)) == 3


def test_nothing_found_offers_fewer_filters_with_their_counts(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=toiture&type=grand-groupe&maturite=pilote").text
    assert counted_results(page) == "Aucun résultat pour « toiture »"
    assert re.findall(
        r'<li><a href="([^"]+)">[^<]+</a> <span class="soft">(\d+) résultat', page
    ) == [
        ("/annuaire?q=toiture", "1"),
    ]
    assert "Publier un besoin" in page
    assert "/correspondances?besoin=toiture" in page


def test_nothing_found_offers_the_nearest_themes(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=solaires+zzyzx&type=pme").text
    assert "Thèmes proches" in page
    assert 'href="/annuaire?theme=solaire"' in page


@pytest.mark.parametrize(
    "address",
    [
        "page=9999999",
        "page=99999999999999999999999",
        "page=-1",
        "page=x",
        "tri=prix",
        "vue=3d",
        "objet=comptes",
        "theme=%00",
        "region=%F0%9F%98%80",
        "q=%00",
        "q=*a*",
        "q=((((",
        "q=%5Ba+TO+z%5D",
        "q=%ED%A0%80",
        "q=%E2%80%AErenovation",
        "q=a:b+AND+NOT+OR",
        "q=%22",
        "_scheme=javascript&_external=1&endpoint=x&_anchor=y",
        "q=" + "rénovation+" * 1000,
        "q=" + "a" * 10_000,
        "q=" + "%2A" * 3_000,
        "zzz=" + "b" * 10_000,
        "&".join(f"theme=t{number}" for number in range(500)),
    ],
)
def test_strange_addresses_are_answered_soon_and_briefly(
    directory: FlaskClient, address: str
) -> None:
    for path in ("/annuaire", "/annuaire/points.geojson", "/annuaire.csv", "/completion/lieux"):
        started = time.monotonic()
        answer = directory.get(f"{path}?{address}", follow_redirects=True)
        assert answer.status_code in {200, 400, 404}, path
        assert time.monotonic() - started < 2
        assert len(answer.data) < 100_000


def test_a_page_beyond_the_last_is_not_found(directory: FlaskClient) -> None:
    assert directory.get("/annuaire?page=2").status_code == 404
    assert directory.get("/annuaire?page=501").status_code == 404


def test_pages_follow_one_another(empty_app: Flask, empty_session: Session) -> None:
    for number in range(45):
        make_organization(empty_session, f"Acteur {number:02}", slug=f"acteur-{number}")
    empty_session.commit()
    index_all(empty_app)
    client = empty_app.test_client()
    pages = [client.get(f"/annuaire?tri=nom&page={number}").text for number in (1, 2, 3)]
    assert [slug for page in pages for slug in found_entries(page)] == [
        f"/acteurs/acteur-{number}" for number in range(45)
    ]
    assert 'rel="next" href="/annuaire?tri=nom&amp;page=2"' in pages[0]
    assert 'rel="prev" href="/annuaire?tri=nom"' in pages[1]
    assert 'rel="next"' not in pages[2]


def test_a_withdrawal_leaves_results_counts_map_and_files_at_once(
    empty_app: Flask, empty_session: Session
) -> None:
    fill_directory(empty_session)
    index_all(empty_app)
    directory = empty_app.test_client()
    empty_session.add(Withdrawal(document_id="acteurs:1", at=NOW))
    empty_session.commit()
    page = directory.get("/annuaire?objet=acteurs").text
    assert found_entries(page) == ["/acteurs/batigroupe"]
    assert ("type", "startup") not in options_of(page)
    assert map_features(directory, "objet=acteurs") == []
    assert "Thermolia" not in directory.get("/annuaire.csv?objet=acteurs").text
    assert directory.get("/completion/recherche?q=therm").json == []


def test_the_address_may_be_shared(directory: FlaskClient) -> None:
    address = "/annuaire?q=isoler&objet=besoins&tri=nom&vue=carte"
    assert directory.get(address).text == directory.get(address).text
    assert 'data-points-url="/annuaire/points.geojson?q=isoler&amp;objet=besoins&amp;tri=nom"' in (
        directory.get(address).text
    )


def test_an_unpublished_entry_is_nowhere(empty_app: Flask, empty_session: Session) -> None:
    make_commune(empty_session)
    quarter = make_territory(empty_session)
    hidden = [state for state in PublicationState if state is not PublicationState.PUBLISHED]
    for state in hidden:
        draft = make_organization(
            empty_session, f"Secret {state}", state=state, commune_code="42218"
        )
        make_offer(empty_session, draft, f"Secret solution {state}")
        public = make_organization(empty_session, f"Public {state}")
        make_offer(empty_session, public, f"Secret offre {state}", state=state)
        make_need(empty_session, quarter, f"Secret besoin {state}", state=state)
    empty_session.commit()
    index_all(empty_app)
    client = empty_app.test_client()
    for path in (
        "/annuaire?q=secret",
        "/annuaire?objet=solutions&objet=besoins",
        "/annuaire.csv",
        "/annuaire/points.geojson",
        "/completion/recherche?q=secret",
        "/territoires/QN04212M",
        "/themes",
    ):
        answer = client.get(path).get_data(as_text=True)
        assert "Secret" not in answer, path
    assert (
        counted_results(client.get("/annuaire").text)
        == f"{len(hidden) + 1} entrées dans l’annuaire"
    )


def test_without_an_index_the_page_asks_to_come_back(make_app: AppFactory) -> None:
    answer = make_app(seeded=False, search_backend="whoosh").test_client().get("/annuaire")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Unusable" not in answer.text
