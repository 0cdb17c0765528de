"""Looking up: results and filters, spelling, nothing found, hostile addresses, exports, map."""

import csv
import io
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from app import create_app
from extensions.database import db, db_session
from models.withdrawal import Withdrawal
from tests.conftest import DATABASE, AppFactory, PlainClient, settings_for
from tests.factories.entries import NOW, index_all, make_commune, make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import AreaLevel, Maturity, OrganizationKind, PublicationState

TITLE = re.compile(r'<h3 class="entry-title"><a href="([^"]+)">')
COUNT = re.compile(r'<h2 id="resultats"[^>]*>(.*?)</h2>', re.DOTALL)
OPTION = re.compile(
    r'name="(\w+)" value="([^"]+)"( checked)?>\s*<label[^>]*>.*?facet-count">.*?</span>([\d  ]+)<',
    re.DOTALL,
)


def _fill(session: Session) -> None:
    """Add two actors, three offers, two needs and a quarter."""
    make_commune(session)
    quarter = make_territory(session, name="Tarentaize")
    startup = make_organization(
        session,
        "Thermolia",
        pitch="Des façades isolées.",
        themes=["renovation-energetique"],
        commune_code="42218",
        area_level=AreaLevel.REGIONS,
        area_codes=["84"],
    )
    group = make_organization(session, "Batigroupe", kind=OrganizationKind.GRAND_GROUPE)
    make_offer(
        session,
        startup,
        "Façade isolée en cinq jours",
        description="Une **rénovation énergétique** sans déloger les locataires.",
        themes=["renovation-energetique"],
        maturity=Maturity.PILOT,
        routes=["mapa"],
    )
    make_offer(session, startup, "Toiture solaire", themes=["solaire"])
    make_offer(session, group, "Rénovation énergétique d’un îlot", themes=["confort-ete"])
    make_need(session, quarter, "Rafraîchir soixante logements", themes=["confort-ete"])
    make_need(session, quarter, "Isoler sans déloger", is_demo=True)
    session.commit()


@pytest.fixture(scope="module", params=["memory", "whoosh"])
def directory(
    request: pytest.FixtureRequest, templates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Yield a client of a small directory under either engine, for tests that only read."""
    data_dir = tmp_path_factory.mktemp("directory")
    shutil.copyfile(templates / "empty" / DATABASE, data_dir / DATABASE)
    app = create_app(settings_for(data_dir, search_backend=request.param))
    app.test_client_class = PlainClient
    with app.app_context():
        _fill(db_session())
    index_all(app)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def _found(page: str) -> list[str]:
    return TITLE.findall(page)


def _counted(page: str) -> str:
    found = COUNT.search(page)
    assert found is not None
    return " ".join(found[1].split())


def _options(page: str) -> dict[tuple[str, str], int]:
    return {
        (name, value): int(count.strip()) for name, value, _ticked, count in OPTION.findall(page)
    }


def test_words_without_accents_find_and_are_marked(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=renovation+energetique").text
    assert _counted(page) == "3 résultats pour « renovation energetique »"
    assert "<mark>Rénovation</mark> <mark>énergétique</mark> d’un îlot" in page
    assert "**" not in page


def test_nothing_asked_lists_everything(directory: FlaskClient) -> None:
    assert _counted(directory.get("/annuaire").text) == "8 entrées dans l’annuaire"


def test_every_count_is_what_its_filter_gives(directory: FlaskClient) -> None:
    address = "/annuaire?objet=solutions&objet=acteurs"
    counted = _options(directory.get(address).text)
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
        assert _counted(answer).split()[0] == str(count), (name, value)


def test_values_of_one_filter_add_up_and_filters_narrow(directory: FlaskClient) -> None:
    both = directory.get("/annuaire?objet=acteurs&objet=besoins").text
    assert _counted(both) == "4 résultats"
    narrowed = directory.get("/annuaire?objet=acteurs&objet=besoins&type=startup").text
    assert _found(narrowed) == ["/acteurs/thermolia"]


def test_a_theme_under_a_ticked_axis_narrows_it(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?theme=batiment&theme=confort-ete").text
    assert _found(page) == _found(directory.get("/annuaire?theme=confort-ete").text)


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
    assert _found(page) == _found(directory.get("/annuaire?q=rénovation").text)
    assert len(_found(page)) == 3


def test_nothing_found_offers_fewer_filters_with_their_counts(directory: FlaskClient) -> None:
    page = directory.get("/annuaire?q=toiture&type=grand-groupe&maturite=pilote").text
    assert _counted(page) == "Aucun résultat pour « toiture »"
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
    assert [slug for page in pages for slug in _found(page)] == [
        f"/acteurs/acteur-{number}" for number in range(45)
    ]
    assert 'rel="next" href="/annuaire?tri=nom&amp;page=2"' in pages[0]
    assert 'rel="prev" href="/annuaire?tri=nom"' in pages[1]
    assert 'rel="next"' not in pages[2]


def test_a_withdrawal_leaves_results_counts_map_and_files_at_once(
    empty_app: Flask, empty_session: Session
) -> None:
    _fill(empty_session)
    index_all(empty_app)
    directory = empty_app.test_client()
    empty_session.add(Withdrawal(document_id="acteurs:1", at=NOW))
    empty_session.commit()
    page = directory.get("/annuaire?objet=acteurs").text
    assert _found(page) == ["/acteurs/batigroupe"]
    assert ("type", "startup") not in _options(page)
    assert _features(directory, "objet=acteurs") == []
    assert "Thermolia" not in directory.get("/annuaire.csv?objet=acteurs").text
    assert directory.get("/completion/recherche?q=therm").json == []


def _features(client: FlaskClient, asked: str) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = client.get(f"/annuaire/points.geojson?{asked}").get_json()[
        "features"
    ]
    return features


def _csv_rows(answer_text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer_text.lstrip("\ufeff")), delimiter=";"))


def test_files_hold_the_results_in_french_without_demo_needs(directory: FlaskClient) -> None:
    answer = directory.get("/annuaire.csv?objet=solutions&objet=besoins&tri=nom")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="annuaire.csv"'
    rows = _csv_rows(answer.get_data(as_text=True))
    assert [row["nom"] for row in rows] == [
        "Façade isolée en cinq jours",
        "Rafraîchir soixante logements",
        "Rénovation énergétique d’un îlot",
        "Toiture solaire",
    ]
    assert rows[0] == {
        "objet": "Solutions",
        "nom": "Façade isolée en cinq jours",
        "porteur": "Thermolia",
        "type": "Solution",
        "identifiant": "",
        "thèmes": "Rénovation énergétique",
        "commune": "Saint-Étienne",
        "région": "Auvergne-Rhône-Alpes",
        "zone d’intervention": "Auvergne-Rhône-Alpes",
        "maturité": "Pilote sur site réel",
        "montages": "Marché à procédure adaptée",
        "présentation": "",
        "exemple fictif": "",
        "adresse": "http://localhost/solutions/facade-isolee-en-cinq-jours",
    }


def test_the_workbook_holds_what_the_csv_holds(directory: FlaskClient) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(directory.get("/annuaire.xlsx").data))
    sheet = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    text = directory.get("/annuaire.csv").get_data(as_text=True).lstrip("\ufeff")
    assert sheet == list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_file_holds_every_page_of_results(directory: FlaskClient) -> None:
    one = directory.get("/annuaire.csv?objet=territoires").data
    assert directory.get("/annuaire.csv?objet=territoires&page=7&vue=carte").data == one


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_a_spreadsheet_runs_nothing(empty_app: Flask, empty_session: Session, start: str) -> None:
    name = f"{start}CMD|' /C calc'!A0"
    make_organization(empty_session, name, slug="neutre", pitch=name)
    empty_session.commit()
    index_all(empty_app)
    rows = _csv_rows(empty_app.test_client().get("/annuaire.csv").get_data(as_text=True))
    assert rows[0]["nom"] == f"'{name}"
    assert rows[0]["présentation"] == f"'{name}"


def test_a_list_answers_in_csv_when_asked(directory: FlaskClient) -> None:
    answer = directory.get("/annuaire?objet=acteurs", headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    assert "Accept" in directory.get("/annuaire").vary


def test_points_stand_where_the_results_do(directory: FlaskClient) -> None:
    answer = directory.get("/annuaire/points.geojson?objet=acteurs&objet=territoires")
    assert answer.mimetype == "application/geo+json"
    assert [
        (feature["geometry"]["coordinates"], feature["properties"])
        for feature in _features(directory, "objet=acteurs&objet=territoires")
    ] == [
        (
            [4.39, 45.43],
            {
                "title": "Thermolia",
                "detail": "Acteurs · Saint-Étienne",
                "kind": "acteurs",
                "url": "/acteurs/thermolia",
            },
        ),
        (
            [4.38, 45.44],
            {
                "title": "Tarentaize",
                "detail": "Territoires · QN04212M",
                "kind": "territoires",
                "url": "/territoires/QN04212M",
            },
        ),
    ]


def test_completion_names_entries_and_places(directory: FlaskClient) -> None:
    assert directory.get("/completion/recherche?q=therm").json == [
        {"label": "Thermolia", "detail": "Acteurs", "url": "/acteurs/thermolia"}
    ]
    assert directory.get("/completion/lieux?q=tarent").json == [
        {"label": "Tarentaize", "detail": "Saint-Étienne", "code": "QN04212M"}
    ]
    assert directory.get("/completion/lieux?q=saint").json == [
        {"label": "Saint-Étienne (42)", "detail": "Loire", "code": "Saint-Étienne (42218)"}
    ]


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
    assert _counted(client.get("/annuaire").text) == f"{len(hidden) + 1} entrées dans l’annuaire"


def test_without_an_index_the_page_asks_to_come_back(make_app: AppFactory) -> None:
    answer = make_app(seeded=False, search_backend="whoosh").test_client().get("/annuaire")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Unusable" not in answer.text
