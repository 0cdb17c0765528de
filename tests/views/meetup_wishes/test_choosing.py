"""Choosing whom to meet: priority, words, order, what is refused and what is hidden."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from models.meetup_wish import MeetupPairRule, MeetupWish
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_wish,
)
from tests.factories.pages import mails_to, submit
from tests.views.meetup_wishes.scenes import Scene, _pass_time
from vocabulary.exchanges import Side
from vocabulary.meetups import (
    DayState,
    PairRule,
    ParticipantVisibility,
    WishPriority,
    WishState,
)


def test_a_wish_is_made_with_its_priority_and_its_words(scene: Scene) -> None:
    answer = submit(
        scene.client,
        f"{scene.base}/avec/{scene.town.id}",
        {"priority": "essentielle", "message": "Parlons façades."},
    )
    assert answer.status_code == 302
    made = scene.wish()
    assert (made.priority, made.message) == (WishPriority.ESSENTIAL, "Parlons façades.")


def test_the_same_form_sent_twice_is_one_wish_and_one_mail(scene: Scene) -> None:
    fields = {"priority": "importante", "form_number": "a" * 32}
    for _ in range(2):
        submit(scene.client, f"{scene.base}/avec/{scene.town.id}", fields)
    scene.session.rollback()
    wished = select(MeetupWish).where(MeetupWish.wisher_id == scene.firm.id)
    assert len(scene.session.scalars(wished).all()) == 1
    _pass_time(scene)
    assert len(mails_to(scene.app, "ville@essai.example")) == 1


def test_a_wish_without_priority_keeps_what_was_typed(scene: Scene) -> None:
    page = submit(
        scene.client, f"{scene.base}/avec/{scene.town.id}", {"message": "Ne perdez rien."}
    )
    assert page.status_code == 422
    assert "Dites à quel point ce rendez-vous compte" in page.text
    assert "Ne perdez rien." in page.text


def test_somebody_of_ones_own_side_or_unseen_is_missing(scene: Scene) -> None:
    session = scene.session
    own_side = make_participant(session, scene.day, "Autre entreprise")
    hidden = make_participant(
        session,
        scene.day,
        "Ville discrète",
        side=Side.TERRITORY,
        visibility=ParticipantVisibility.ORGANIZERS,
    )
    elsewhere = make_participant(
        session, make_day(session, "Autre journée"), "Ville lointaine", side=Side.TERRITORY
    )
    session.commit()
    for other in (own_side, hidden, elsewhere):
        assert scene.client.get(f"{scene.base}/avec/{other.id}").status_code == 404
    listed = scene.client.get(f"{scene.base}/participants").text
    assert "Commune d’essai" in listed
    assert "Ville discrète" not in listed


def test_somebody_discreet_who_wishes_makes_itself_known(scene: Scene) -> None:
    hidden = make_participant(
        scene.session,
        scene.day,
        "Ville discrète",
        side=Side.TERRITORY,
        visibility=ParticipantVisibility.ORGANIZERS,
    )
    make_wish(scene.session, hidden, scene.firm)
    scene.session.commit()
    assert "Ville discrète" in scene.client.get(scene.base).text
    assert scene.client.get(f"{scene.base}/avec/{hidden.id}").status_code == 200


def test_an_excluded_pair_is_neither_suggested_nor_wished(scene: Scene) -> None:
    first, second = sorted((scene.firm.id, scene.town.id))
    scene.session.add(
        MeetupPairRule(
            day_id=scene.day.id,
            first_id=first,
            second_id=second,
            rule=PairRule.FORBIDDEN,
            reason="Motif confidentiel",
            created_at=datetime.now(UTC),
        )
    )
    scene.session.commit()
    assert "Commune d’essai" not in scene.client.get(f"{scene.base}/participants").text
    page = submit(scene.client, f"{scene.base}/avec/{scene.town.id}", {"priority": "importante"})
    assert page.status_code == 422
    assert "Motif confidentiel" not in page.text


def test_wishes_are_put_in_order_and_taken_back(scene: Scene) -> None:
    towns = [
        make_participant(scene.session, scene.day, f"Ville {rank}", side=Side.TERRITORY)
        for rank in range(3)
    ]
    made = [
        make_wish(scene.session, scene.firm, town, rank=rank) for rank, town in enumerate(towns)
    ]
    scene.session.commit()
    fields = {f"priorite-{made[2].id}": "essentielle", "monter": made[1].id}
    submit(scene.client, f"{scene.base}/ordre", fields)
    page = scene.client.get(scene.base).text
    own = page[page.index("Mes souhaits, dans l’ordre") :]
    assert sorted(towns, key=lambda one: own.index(one.name)) == [towns[2], towns[1], towns[0]]
    submit(scene.client, f"{scene.base}/{made[1].id}/retirer")
    scene.reread(made[1])
    assert made[1].state is WishState.WITHDRAWN


def test_wishes_are_only_read_once_closed(scene: Scene) -> None:
    made = make_wish(scene.session, scene.firm, scene.town)
    scene.day.wishes_close_at = datetime.now(UTC) - timedelta(minutes=1)
    scene.session.commit()
    page = scene.client.get(scene.base).text
    assert "Les souhaits sont clos" in page
    assert "Enregistrer les priorités" not in page
    submit(scene.client, f"{scene.base}/{made.id}/retirer")
    refused = submit(scene.client, f"{scene.base}/avec/{scene.town.id}", {"priority": "bienvenue"})
    assert refused.status_code == 422
    scene.reread(made)
    assert (made.state, made.priority) == (WishState.PROPOSED, WishPriority.IMPORTANT)


def test_wishes_open_until_the_day_is_over_name_the_day_itself(scene: Scene) -> None:
    page = scene.client.get(scene.base).text
    last = datetime.combine(scene.day.held_on, time(23, 59), tzinfo=scene.day.zone).astimezone(UTC)
    assert f'datetime="{last.isoformat()}"' in page


def test_without_themes_the_page_says_so_and_takes_them(scene: Scene) -> None:
    guest = make_participant(scene.session, scene.day, "Atelier sans fiche")
    guest_url = f"/rencontres/{scene.day.slug}/participations/{guest.id}/souhaits"
    person = make_user(scene.session, email="invite@essai.example")
    make_attendee(scene.session, guest, email="invite@essai.example", user_id=person.id)
    town = make_participant(
        scene.session, scene.day, "Ville verte", side=Side.TERRITORY, themes=["confort-ete"]
    )
    scene.session.commit()
    client = sign_in(scene.app, "invite@essai.example")
    page = client.get(guest_url).text
    assert "votre inscription ne dit ni vos thèmes" in page
    assert f"{guest_url}/themes" in page
    form = {"themes": ["confort-ete"], "presentation": "Des façades en bois."}
    answer = submit(client, f"{guest_url}/themes", form)
    assert answer.status_code == 302
    after = client.get(guest_url).text
    assert "votre inscription ne dit ni" not in after
    assert town.name in after


def test_themes_are_closed_with_the_wishes_and_bounded(scene: Scene) -> None:
    wrong = submit(scene.client, f"{scene.base}/themes", {"themes": ["soucoupe"]})
    assert wrong.status_code == 422
    scene.day.state = DayState.CANCELLED
    scene.session.commit()
    answer = submit(scene.client, f"{scene.base}/themes", {"themes": ["confort-ete"]})
    assert answer.location == scene.base


def test_a_day_that_allows_one_side_says_what_suggestions_leave_out(scene: Scene) -> None:
    words = "quelqu’un de votre côté de la table"
    assert words not in scene.client.get(scene.base).text
    scene.day.same_side_wishes = True
    scene.session.commit()
    assert words in scene.client.get(scene.base).text
