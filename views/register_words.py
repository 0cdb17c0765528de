"""The lines of the register as sentences: who did what about which offer, and what is known."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from flask_babel import gettext, ngettext

from extensions.template_context import label_of, short_instant
from services.register import numbers_in
from services.register_reading import RegisterLine
from vocabulary.exchanges import (
    ClosingOutcome,
    DeclineReason,
    OutcomeStage,
    RegisterEvent,
    Side,
)
from vocabulary.labels import N_, LabelledEnum

_E = RegisterEvent
# With the actor and the offer named, with the actor alone, with neither.
_SENTENCES: Final[Mapping[RegisterEvent, str]] = {
    _E.PUBLISHED: N_("Le besoin est publié."),
    _E.SHORTLISTED: N_("%(actor)s est retenu dans une sélection%(offer)s."),
    _E.RELAYED: N_("Le besoin est relayé par %(actor)s."),
    _E.CONTACTED: N_("L’acheteur contacte %(actor)s%(offer)s."),
    _E.APPROACHED: N_("%(actor)s contacte l’acheteur%(offer)s."),
    _E.ACCEPTED: N_("La mise en relation avec %(actor)s est acceptée%(offer)s."),
    _E.DECLINED: N_("La mise en relation avec %(actor)s est déclinée%(offer)s."),
    _E.EXPIRED: N_("La mise en relation avec %(actor)s reste sans réponse%(offer)s."),
    _E.WITHDRAWN: N_("La mise en relation avec %(actor)s est retirée%(offer)s."),
    _E.DOCUMENT_ISSUED: N_("L’acheteur remet « %(filename)s » à tous les acteurs contactés."),
    _E.DOCUMENT_OFFERED: N_("« %(filename)s » est proposé à %(actor)s."),
    _E.DOCUMENT_OPENED: N_("%(actor)s ouvre « %(filename)s »."),
    _E.DOCUMENT_WITHDRAWN: N_("L’acheteur retire « %(filename)s »."),
    _E.CALL: N_("Appel téléphonique avec %(actor)s."),
    _E.MEETING: N_("Réunion avec %(actor)s."),
    _E.INVITED: N_("%(actor)s est invité dans un groupement%(offer)s."),
    _E.OUTCOME: N_("Une suite est donnée à la mise en relation avec %(actor)s%(offer)s."),
    _E.CLOSED: N_("Le besoin est clos."),
    _E.EXPORTED: N_("Le registre est exporté."),
}
_WITH_SIDE: Final = {
    (_E.MESSAGE, Side.TERRITORY): N_("L’acheteur écrit à %(actor)s%(offer)s."),
    (_E.MESSAGE, Side.ACTOR): N_("%(actor)s écrit à l’acheteur%(offer)s."),
    (_E.DOCUMENT_RECEIVED, Side.TERRITORY): N_("L’acheteur joint un document pour %(actor)s."),
    (_E.DOCUMENT_RECEIVED, Side.ACTOR): N_("%(actor)s remet un document confidentiel."),
}
_CODED: Final[Mapping[str, type[LabelledEnum]]] = {
    "reason": DeclineReason,
    "stage": OutcomeStage,
    "outcome": ClosingOutcome,
}
_SHORT_DIGEST: Final = 12


def line_sentence(line: RegisterLine) -> str:
    """Return what happened, in one sentence."""
    special = _SPECIAL.get(line.event)
    if special is not None:
        return special(line)
    msgid = _SENTENCES.get(line.event) or _WITH_SIDE.get((line.event, _side(line)))
    if msgid is None:
        return label_of(line.event)
    return str(
        gettext(
            msgid,
            actor=actor_name(line),
            offer=_about(line),
            filename=line.words.get("filename") or gettext("document n° %(n)s", n=_document(line)),
        )
    )


def line_details(line: RegisterLine) -> list[str]:
    """Return what else the line says, a short sentence each."""
    facts, words = line.facts, line.words
    found = [_labelled(name, kind, facts) for name, kind in _CODED.items()]
    found += [
        _when(facts),
        _digest_words(facts),
        words.get("said", ""),
        words.get("note", ""),
        _list_words(line),
    ]
    if line.is_erased:
        found.append(str(gettext("Noms et mots effacés à la demande d’une personne.")))
    if line.corrected_by is not None:
        found.append(
            str(
                gettext(
                    "Rectifiée par la ligne %(n)s : ne plus en tenir compte.", n=line.corrected_by
                )
            )
        )
    return [text for text in found if text]


def actor_name(line: RegisterLine) -> str:
    """Return the actor of a line: its name, what was typed, else its number."""
    if line.organization or line.words.get("with"):
        return line.organization or line.words["with"]
    if line.organization_number is not None:
        return str(gettext("l’acteur n° %(n)s", n=line.organization_number))
    return str(gettext("un interlocuteur dont le nom est effacé"))


def _about(line: RegisterLine) -> str:
    if line.offer:
        return str(gettext(" à propos de « %(offer)s »", offer=line.offer))
    if line.offer_number is not None:
        return str(gettext(" à propos de l’offre n° %(n)s", n=line.offer_number))
    return ""


def _shown(line: RegisterLine) -> str:
    count = len(numbers_in(line.facts, "offers"))
    return str(
        ngettext(
            "L’acheteur consulte une liste de %(num)s proposition.",
            "L’acheteur consulte une liste de %(num)s propositions.",
            count,
        )
    )


def _declaration(line: RegisterLine) -> str:
    msgid = (
        N_("Fin du lien d’intérêts entre %(declarant)s et %(actor)s : %(nature)s.")
        if line.facts.get("is_end")
        else N_("Lien d’intérêts déclaré entre %(declarant)s et %(actor)s : %(nature)s.")
    )
    return str(
        gettext(
            msgid,
            actor=actor_name(line),
            declarant=line.words.get("declarant") or gettext("l’équipe de l’ANRU"),
            nature=line.words.get("nature") or gettext("nature effacée"),
        )
    )


def _correction(line: RegisterLine) -> str:
    return str(gettext("La ligne %(n)s était une erreur.", n=line.facts.get("corrects", "?")))


def _erased(line: RegisterLine) -> str:
    numbers = ", ".join(str(number) for number in numbers_in(line.facts, "lines"))
    return str(
        gettext("Les noms et les mots de ces lignes sont effacés : %(lines)s.", lines=numbers)
    )


_SPECIAL: Final[Mapping[RegisterEvent, Callable[[RegisterLine], str]]] = {
    _E.SHOWN: _shown,
    _E.DECLARATION: _declaration,
    _E.CORRECTION: _correction,
    _E.ERASED: _erased,
}


def _side(line: RegisterLine) -> Side:
    return Side.TERRITORY if line.facts.get("side") == Side.TERRITORY.value else Side.ACTOR


def _document(line: RegisterLine) -> Any:  # noqa: ANN401 - a number, unless somebody altered it
    return line.facts.get("document", "?")


def _labelled(name: str, kind: type[LabelledEnum], facts: Mapping[str, Any]) -> str:
    value = facts.get(name)
    return next((label_of(member) + "." for member in kind if member.value == value), "")


def _when(facts: Mapping[str, Any]) -> str:
    try:
        happened = datetime.fromisoformat(str(facts["happened_at"]))
    except (KeyError, ValueError):
        return ""
    return str(gettext("Le %(instant)s.", instant=short_instant(happened)))


def _digest_words(facts: Mapping[str, Any]) -> str:
    digest = str(facts.get("digest", ""))
    return str(gettext("Empreinte %(digest)s…", digest=digest[:_SHORT_DIGEST])) if digest else ""


def _list_words(line: RegisterLine) -> str:
    if line.event is not RegisterEvent.SHOWN:
        return ""
    return str(
        gettext(
            "À partir du rang %(first)s ; pondération %(weights)s, tirage %(seed)s.",
            first=line.facts.get("first", 1),
            weights=line.facts.get("weights", "?"),
            seed=line.facts.get("seed", "?"),
        )
    )
