"""The rules file: what it must hold, and what its reader refuses in plain words."""

import re
from datetime import date, timedelta

import pytest

from matching.contract_rule_file import RULES_FILE, RulesError, default_rules, read_rules
from vocabulary.contracts import BuyerKind, Step
from vocabulary.kinds import ContractRoute, NeedNature

TEXT = RULES_FILE.read_text(encoding="utf-8")
BOOK = default_rules()
CHECKED = 'checked_on = 2026-11-23\nis_verified = true\nbelow = "europeen"'


def test_every_route_has_a_rule_on_every_day_described() -> None:
    days = [*BOOK.change_days(), date(2040, 1, 1)]
    missing = [
        (route, day) for route in ContractRoute for day in days if BOOK.rule_on(route, day) is None
    ]
    assert missing == []


def test_nothing_is_described_before_the_first_day() -> None:
    eve = BOOK.since - timedelta(days=1)
    assert {BOOK.rule_on(route, eve) for route in ContractRoute} == {None}


def test_every_verified_text_names_its_source_and_the_day_it_was_checked() -> None:
    dated = [rule.provenance for rule in BOOK.rules]
    dated += [threshold.provenance for threshold in BOOK.thresholds]
    verified = [text for text in dated if text.is_verified]
    assert [text for text in verified if not (text.sources and text.checked_on)] == []
    assert len(verified) == len(dated) - 2


def test_a_burden_is_the_sum_of_the_steps() -> None:
    rule = BOOK.rule_on(ContractRoute.MAPA, date(2026, 11, 23))
    assert rule is not None
    weights = (BOOK.step_weights[Step.ADAPTED_NOTICE], BOOK.step_weights[Step.COMPETITION])
    assert rule.burden == sum(weights)


def test_the_presumption_for_young_innovative_firms_is_shown_nowhere() -> None:
    assert re.search(r"\bJEI\b|jeunes? entreprises? innovantes?", TEXT, re.IGNORECASE) is None


@pytest.mark.parametrize(
    ("day", "buyer", "nature", "euros"),
    [
        (date(2025, 12, 31), BuyerKind.COLLECTIVITE, NeedNature.SERVICES, 221_000),
        (date(2026, 1, 1), BuyerKind.COLLECTIVITE, NeedNature.SERVICES, 216_000),
        (date(2025, 12, 31), BuyerKind.STATE, NeedNature.SUPPLIES, 143_000),
        (date(2026, 1, 1), BuyerKind.STATE, NeedNature.SUPPLIES, 140_000),
        (date(2025, 12, 31), BuyerKind.BAILLEUR, NeedNature.WORKS, 5_538_000),
        (date(2026, 1, 1), BuyerKind.BAILLEUR, NeedNature.WORKS, 5_404_000),
    ],
)
def test_the_european_threshold_depends_on_day_buyer_and_nature(
    day: date, buyer: BuyerKind, nature: NeedNature, euros: int
) -> None:
    threshold = BOOK.threshold_on("europeen", day)
    assert threshold is not None
    assert threshold.possible(nature, buyer) == (euros,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "valid_until = 2026-03-31",
            "valid_until = 2026-04-01",
            "threshold « dispense »: two versions hold on 2026-04-01",
        ),
        (
            "valid_until = 2026-03-31",
            "valid_until = 2026-03-30",
            "threshold « dispense »: no version holds on 2026-03-31",
        ),
        (
            "near_percent = 20",
            "near_percent = 20\nnear_euros = 5",
            "file: unknown key « near_euros »",
        ),
        (
            "longest_years = 4",
            "longest_year = 4",
            "rule « accord-cadre » from 2024-01-01: unknown key « longest_year »",
        ),
        ('route = "mapa"', 'route = "mappa"', "rule « mappa » from 2024-01-01: unknown word"),
        (
            'innovant = ["oui"] }\nsteps = ["comp',
            'innovant = ["peut-être"] }\nsteps = ["comp',
            "rule « achat-innovant » from 2024-01-01, innovant: unknown word « peut-être »",
        ),
        (
            'below = "achat-innovant"',
            'below = "achat-neuf"',
            "threshold « achat-innovant »: never used",
        ),
        (
            'above = "marche-de-partenariat"',
            'above = "partenariat"',
            "threshold « marche-de-partenariat »: never used",
        ),
        (
            "near_percent = 20",
            "near_percent = 101",
            "file: near_percent must be a whole number from 1 to 100",
        ),
        ("since = 2024-01-01", 'since = "2024"', "file: since must be a date, as 2026-04-01"),
        (
            'buyers = ["etat"], euros = 143000',
            'buyers = ["etat", "bailleur"], euros = 143000',
            "threshold « europeen » from 2024-01-01: 2 amounts for fournitures bought by bailleur",
        ),
        (
            CHECKED,
            CHECKED.replace("checked_on = 2026-11-23\n", ""),
            "rule « mapa » from 2024-01-01: verified without a source and the day it was checked",
        ),
        (
            CHECKED,
            CHECKED.replace("true", '"oui"'),
            "rule « mapa » from 2024-01-01: is_verified must say true or false",
        ),
        (
            "phases-de-recherche = 3\n",
            "",
            "steps: nothing for « phases-de-recherche »",
        ),
    ],
)
def test_a_wrong_file_is_refused_and_the_message_says_where(
    old: str, new: str, message: str
) -> None:
    assert TEXT.count(old) >= 1
    with pytest.raises(RulesError, match=re.escape(message)):
        read_rules(TEXT.replace(old, new, 1))


def test_a_route_without_a_rule_is_refused() -> None:
    whole = TEXT.index('[[rule]]\nroute = "semop"')
    following = TEXT.index("[[rule]]", whole + 1)
    with pytest.raises(RulesError, match="rules: nothing for « semop »"):
        read_rules(TEXT[:whole] + TEXT[following:])
