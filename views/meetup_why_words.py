"""Why a wish has no place, and what it would take, in sentences for the organisers."""

from flask_babel import gettext as _
from flask_babel import ngettext

from meetups.why import WhyCode
from services.meetup_why import ExplainedReason, Explanation, Price
from views.meetup_plan_access import DayNames


def reason_sentences(names: DayNames, found: Explanation | None) -> tuple[str, ...]:
    """Return what stands in the way, the most final first."""
    if found is None:
        return (
            str(_("Ce souhait ne compte plus : retiré, décliné, ou un participant ne vient plus.")),
        )
    return tuple(_reason(names, one) for one in found.reasons)


def _reason(names: DayNames, one: ExplainedReason) -> str:
    person = names.person(one.person) if one.person is not None else ""
    texts = {
        WhyCode.HELD: lambda: _("Il est placé maintenant."),
        WhyCode.SLOTS_EXCLUDED: lambda: _(
            "Il est fixé à un créneau où l’un des deux n’est pas disponible."
        ),
        WhyCode.NO_COMMON_SLOT: lambda: _("Aucun créneau où les deux soient présents."),
        WhyCode.NO_FITTING_TABLE: lambda: _(
            "Aucune table assez grande, ou assez accessible, aux heures où les deux sont là."
        ),
        WhyCode.CAP_REACHED: lambda: ngettext(
            "%(person)s a atteint son maximum : %(num)s rendez-vous.",
            "%(person)s a atteint son maximum : %(num)s rendez-vous.",
            one.count,
            person=person,
        ),
        WhyCode.DAY_FULL: lambda: ngettext(
            "%(person)s n’a plus de créneau libre : %(num)s rendez-vous.",
            "%(person)s n’a plus de créneau libre : %(num)s rendez-vous.",
            one.count,
            person=person,
        ),
        WhyCode.BUSY_WHEN_COMMON: lambda: _(
            "À chaque heure où les deux sont présents, l’un des deux a un autre rendez-vous, que "
            "le calcul a préféré."
        ),
        WhyCode.TABLES_FULL: lambda: _(
            "Aux heures où les deux sont libres, toutes les tables sont prises."
        ),
        WhyCode.NEEDS_MOVES: lambda: _("Il tiendrait si d’autres rendez-vous se déplaçaient."),
        WhyCode.FITS_NOW: lambda: _("Il y a une place pour lui dans ce planning."),
    }
    return str(texts[one.code]())


def price_sentence(names: DayNames, found: Explanation | None) -> str:
    """Return what would have to move or give way, and when; nothing when nothing would help."""
    if found is None or found.price is None:
        return ""
    price = found.price
    hour = names.hour(price.slot_id)
    if price.dropped:
        return _dropping(names, price, hour)
    if price.moved:
        meetings = ", ".join(
            _("« %(meeting)s » à %(hour)s", meeting=names.meeting_of(key), hour=names.hour(slot))
            for key, slot in price.moved
        )
        return str(
            _(
                "Pour le tenir à %(hour)s, il suffit de déplacer %(meetings)s.",
                hour=hour,
                meetings=meetings,
            )
        )
    return str(_("Place libre à %(hour)s.", hour=hour))


def _dropping(names: DayNames, price: Price, hour: str) -> str:
    meetings = ", ".join(
        _("« %(meeting)s »", meeting=names.meeting_of(key)) for key in price.dropped
    )
    text = str(
        _(
            "Pour le tenir à %(hour)s, il faudrait retirer %(meetings)s.",
            hour=hour,
            meetings=meetings,
        )
    )
    if not price.below_least:
        return text
    people = ", ".join(names.person(number) for number in price.below_least)
    warning = ngettext(
        "%(people)s aurait alors moins de rendez-vous que le minimum garanti.",
        "%(people)s auraient alors moins de rendez-vous que le minimum garanti.",
        len(price.below_least),
        people=people,
    )
    return f"{text} {warning}"
