"""The menu beside the work: what a person's organisations need, in groups, with what waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import current_app, request
from flask_babel import gettext as _
from flask_security import current_user

from extensions.template_context import waiting
from services.waiting import Waiting
from vocabulary.labels import N_


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link: where it leads, and which other pages (endpoints or blueprints) are under it."""

    endpoint: str
    label: str
    under: frozenset[str] = frozenset()
    count: int = 0

    @property
    def text(self) -> str:
        """Return the label in the language of the page."""
        return str(_(self.label))

    @property
    def current(self) -> str:
        """Return the value of ``aria-current``: the page itself, a page under it, or nothing."""
        if request.endpoint == self.endpoint:
            return "page"
        return "true" if self.under & {request.endpoint, request.blueprint} else ""


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Links under one heading; the first group has none."""

    label: str
    entries: tuple[MenuEntry, ...]

    @property
    def text(self) -> str:
        """Return the heading in the language of the page."""
        return str(_(self.label)) if self.label else ""


@dataclass(frozen=True, slots=True)
class Menu:
    """The groups of a person."""

    groups: tuple[MenuGroup, ...]

    @property
    def here(self) -> str:
        """Return the name of the entry one is under, for the folded menu of small screens."""
        entries = [one for group in self.groups for one in group.entries]
        return next((one.text for one in entries if one.current), "")

    @property
    def count(self) -> int:
        """Return how many things wait in all."""
        return sum(one.count for group in self.groups for one in group.entries)


_ENTRY_PAGES: Final = frozenset(
    {
        "registration",
        "submission",
        "offer_editing",
        "reference_requests",
        "freshness",
        "federations",
        "memberships.team",
        "memberships.invite",
        "interests.of_organization",
    }
)
_NEED_PAGES: Final = frozenset(
    {
        "need_editing",
        "need_groups",
        "registers",
        "need_documents",
        "interests.of_need",
        "relays.send",
    }
)
_TEAM_PAGES: Final = frozenset(
    {"consortiums", "consortium_building", "consortium_invitations", "consortium_answers"}
)
_PARTNERSHIP_PAGES: Final = frozenset(
    {"partnership_editing", "partnership_groups", "partnership_members", "partnership_timeline"}
)

# The blueprints under /pilotage/rencontres.
_MEETUP_PAGES: Final = frozenset(
    {
        "meetup_attendance",
        "meetup_console",
        "meetup_door",
        "meetup_grid",
        "meetup_groups",
        "meetup_imports",
        "meetup_invitations",
        "meetup_participants",
        "meetup_plans",
        "meetup_presence",
        "meetup_prints",
        "meetup_programme",
        "meetup_repairs",
        "meetup_report",
        "meetup_rooms",
        "meetup_rules",
        "meetup_seating",
        "meetup_setup",
        "meetup_slots",
        "meetup_why",
        "meetup_wish_lists",
        "meetup_wish_reminders",
        "meetup_wishes_review",
    }
)


def workspace_menu() -> Menu:
    """Return the menu of the signed-in person; entries whose page does not exist are left out."""
    asked = waiting()
    return Menu(tuple(group for group in _groups(asked) if group.entries))


def _groups(asked: Waiting) -> Iterator[MenuGroup]:
    yield _group("", _first_entries(asked))
    if asked.is_territory:
        yield _group(N_("Côté territoire"), _territory_entries(asked))
    if asked.is_innovation:
        yield _group(N_("Côté innovation"), _innovation_entries(asked))
    if asked.acts_for_somebody:
        yield _group(N_("Échanges"), _exchange_entries(asked))
    yield _group(N_("Pour moi"), _personal_entries(asked))
    if current_user.is_staff:
        yield _group(N_("Relecture"), _review_entries(asked))
        yield _group(N_("Pilotage"), _steering_entries())


def _group(label: str, entries: Iterator[MenuEntry]) -> MenuGroup:
    pages = current_app.view_functions
    return MenuGroup(label, tuple(one for one in entries if one.endpoint in pages))


def _first_entries(asked: Waiting) -> Iterator[MenuEntry]:
    yield MenuEntry("workspace.home", N_("Mes fiches"), _ENTRY_PAGES)
    if asked.invitations:
        yield _invitations(asked)


def _invitations(asked: Waiting) -> MenuEntry:
    under = frozenset({"memberships.invitation"})
    return MenuEntry(
        "memberships.invitations", N_("Mes invitations"), under, count=asked.invitations
    )


def _territory_entries(asked: Waiting) -> Iterator[MenuEntry]:
    yield MenuEntry("my_territories.index", N_("Mes territoires"))
    yield MenuEntry("need_editing.index", N_("Mes besoins"), _NEED_PAGES)
    yield _shortlists()
    yield _teams(asked)


def _shortlists() -> MenuEntry:
    under = frozenset({"shortlists", "shortlist_editing"})
    return MenuEntry("shortlists.index", N_("Sélections"), under)


def _teams(asked: Waiting) -> MenuEntry:
    return MenuEntry("consortiums.index", N_("Groupements"), _TEAM_PAGES, count=asked.teams)


def _innovation_entries(asked: Waiting) -> Iterator[MenuEntry]:
    yield MenuEntry("opportunities.index", N_("Besoins pour nous"), frozenset({"opportunities"}))
    if asked.is_federating:
        under = frozenset({"relays.show"})
        yield MenuEntry("relays.index", N_("Besoins à relayer"), under, count=asked.relays)
    if not asked.is_territory:
        if asked.has_shortlists:
            yield _shortlists()
        yield _teams(asked)


def _exchange_entries(asked: Waiting) -> Iterator[MenuEntry]:
    under = frozenset({"introductions", "threads"})
    yield MenuEntry("introductions.index", N_("Mises en relation"), under, count=asked.threads)
    due = asked.outcomes + asked.meetings
    yield MenuEntry("outcomes.due", N_("Suites à donner"), count=due)
    yield MenuEntry(
        "partnership_editing.index",
        N_("Mes partenariats"),
        _PARTNERSHIP_PAGES,
        count=asked.partnerships,
    )
    yield MenuEntry("experiences.index", N_("Retours d’expérience"), frozenset({"experiences"}))


def _personal_entries(asked: Waiting) -> Iterator[MenuEntry]:
    yield MenuEntry("alerts.index", N_("Alertes"), frozenset({"alerts"}))
    if not asked.invitations:
        yield _invitations(asked)
    yield MenuEntry("account.show", N_("Mon compte"), frozenset({"account", "security"}))


def _review_entries(asked: Waiting) -> Iterator[MenuEntry]:
    yield MenuEntry(
        "moderation.queue",
        N_("Fiches à relire"),
        frozenset({"moderation.review", "territory_editing"}),
        count=asked.entries_to_review,
    )
    yield MenuEntry(
        "partnership_review.queue",
        N_("Partenariats à relire"),
        frozenset({"partnership_review"}),
        count=asked.partnerships_to_review,
    )
    yield MenuEntry(
        "experience_review.queue",
        N_("Retours d’expérience à relire"),
        frozenset({"experience_review"}),
        count=asked.experiences_to_review,
    )
    yield MenuEntry(
        "reference_grading.queue", N_("Références contestées"), frozenset({"reference_grading"})
    )
    yield MenuEntry("claims.queue", N_("Revendications"), count=asked.claims)
    hidden = frozenset({"moderation.hide"})
    yield MenuEntry("moderation.hidden", N_("Fiches retirées"), hidden)
    yield MenuEntry("moderation.journal", N_("Journal"))


def _steering_entries() -> Iterator[MenuEntry]:
    yield MenuEntry("steering.radar", N_("Manques"))
    yield MenuEntry("steering.journey", N_("Du besoin au contrat"))
    yield MenuEntry("exposure.show", N_("Exposition des acteurs"))
    yield MenuEntry("meetup_console.index", N_("Journées de rencontre"), _MEETUP_PAGES)
    yield MenuEntry("imports.index", N_("Importer des structures"), frozenset({"imports"}))
    if current_user.is_administrator:
        yield MenuEntry("people.index", N_("Personnes"), frozenset({"people"}))
