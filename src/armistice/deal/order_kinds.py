"""Kinds of provision on money, unions, people, and how a settlement is approved and carried out."""

from __future__ import annotations

from armistice.core.settlement import Kind
from armistice.deal.entries import choice, number, plain, whole

_MONEY = ("economy", "order")
_LIFE = ("society", "order")
_ALL = ("order", "security", "society")
_SIDE = plain("side", "side", "whose", True)
_BY = plain("by", "parties", "who, among the parties of the pack")
_OTHERS = plain("others", "text", "who else, in words")

ORDER = (
    Kind(
        "sanctions_relief", "Relief from sanctions", "economy", "When sanctions on a side end.", _MONEY,
        (
            plain("on", "side", "on whom", True),
            choice("pace", "how", kept="kept", stages="by stages", lifted="lifted", open="not said"),
            plain("back_on_breach", "flag", "they return on a breach"), plain("none_new", "flag", "no new ones"),
            plain("until", "text", "how long they are kept"), plain("with", "text", "what comes with it"),
        ),
        ("on",), {"on": "{a}", "pace": "stages", "back_on_breach": True},
    ),
    Kind(
        "frozen_assets", "Frozen assets", "economy", "What becomes of assets immobilised abroad.", _MONEY,
        (
            plain("of", "side", "whose assets", True),
            choice(
                "use", "what becomes of them",
                compensation="used as compensation", no_end_date="immobilised without an end date",
                until_paid="frozen until the damage is paid", until_contribution="returned once {a} contributes",
                funds="put into funds", returned="returned",
            ),
            number("amount", "amount spoken of", "billion", 100_000), plain("currency", "text", "its currency"),
            plain("into", "text", "which funds"),
        ),
        ("of",), {"of": "{a}", "use": "until_paid"},
    ),
    Kind(
        "reconstruction", "Reconstruction", "economy", "Who pays for and runs the rebuilding.", _MONEY,
        (
            plain("of", "side", "whose country", True), _BY, _OTHERS,
            choice(
                "money", "where it comes from", several="several funds", side_a="{a} contributes", side_b="{b} contributes",
                led_fund="a fund led by one party", none="no commitment",
            ),
            number("amount", "amount spoken of", "billion", 100_000), plain("currency", "text", "its currency"),
            number("profit_share", "share of profit for who leads the fund", "%", 100),
        ),
        ("of",), {"of": "{b}", "money": "several", "by": ["{third}"]},
    ),
    Kind(
        "reparations", "Reparations and payments", "economy",
        "Who pays the other side for the damage, or for what it gives up.", _MONEY,
        (
            plain("by", "side", "who owes them", True),
            choice(
                "rule", "the rule", tribunal="compensation, with a tribunal", assets="out of frozen assets",
                open="compensation, payer not named", waived="claims waived", sum="a sum agreed on for the damage",
                price="a price agreed on for what the other side gives up",
            ),
            number("amount", "amount", "billion", 100_000), plain("currency", "text", "its currency"),
            choice("paid_in", "paid in", False, money="in money", goods="in goods", bonds="in bonds"),
            whole("years", "within", "years", 100),
        ),
        ("by",), {"by": "{a}", "rule": "sum", "amount": 0.5, "currency": "USD", "paid_in": "goods", "years": 6},
        (("rule", "sum", "amount"), ("rule", "sum", "currency"), ("rule", "price", "amount"), ("rule", "price", "currency")),
    ),
    Kind(
        "nuclear_plant", "Power plant", "economy", "Who runs a contested power plant and who gets its output.", _MONEY,
        (
            plain("plant", "text", "its name", True),
            choice(
                "run_by", "who runs it", a="{a}", b="{b}", b_with="{b}, with another party", third="another party, for {b}",
                venture="a venture of {b} and another party", three="{a}, {b} and another party", agency="an international agency",
            ),
            plain("with", "parties", "the other party"), number("share_a", "share of the output for side A", "%", 100),
            plain("both_supplied", "flag", "both sides get power from it"),
        ),
        ("plant",), {"plant": "a power plant", "run_by": "agency", "share_a": 50},
    ),
    Kind(
        "transit", "Waterways", "economy", "Who may use rivers, straits and ports.", _MONEY,
        (
            plain("ways", "texts", "which", True),
            choice("rule", "the rule", free="free passage", grain="grain only", tolls="shared tolls", tolls_a="tolls for {a}", none="nothing agreed"),
            plain("returned_to_b", "text", "works that go back to side B"),
        ),
        ("ways",), {"ways": ["a river"], "rule": "tolls"},
    ),
    Kind(
        "union_membership", "Membership of a union", "order", "Whether a side may join a political and economic union.",
        ("order", "economy", "security"),
        (
            _SIDE, plain("union", "text", "its name", True),
            choice(
                "status", "the rule", by_date="by a named date", fast="fast, no date", supported="supported", eligible="allowed",
                not_opposed="not opposed", barred="barred",
            ),
            whole("year", "the year named", "year", 2200, 1900), plain("market_access", "flag", "market access meanwhile"),
        ),
        ("side", "union"), {"side": "{b}", "union": "a union", "status": "eligible"},
    ),
    Kind(
        "prisoners", "Prisoners and deported people", "society", "Who is returned to whom.", _ALL,
        (
            choice(
                "rule", "the rule", all="all for all", staged="by stages, in agreed numbers", none="no exchange",
                voluntary="who wishes goes home, nobody is returned by force", heard="who wishes goes home, neutrals hear those who refuse",
            ),
            plain("civilians", "flag", "detained civilians too"), plain("children", "flag", "deported people with children too"),
            _BY, _OTHERS, whole("days", "for hearing those who refuse", "days", 3650),
            choice(
                "refusing", "what becomes of those who refuse", False, released="those who refuse are released",
                kept="those who refuse are kept until more is agreed",
            ),
        ),
        (), {"rule": "heard", "civilians": True, "by": ["{third}"], "days": 90, "refusing": "released"},
    ),
    Kind(
        "emancipation", "Slavery", "society", "Whether people held as slaves become free, when, and who is paid.",
        ("society", "order", "economy"),
        (
            plain("side", "side", "in whose country", True),
            choice(
                "rule", "the rule", at_once="ended everywhere at once", gradual="ended by steps",
                freed_stay="who is free by now stays free, the rest is left open", states="left to each state of the country",
                kept="left alone",
            ),
            whole("years", "with steps: over", "years", 200),
            choice("paid", "who is paid", False, owners="owners are paid", freed="those freed are paid", none="nobody is paid"),
            plain("form", "text", "act that does it"),
        ),
        ("side",), {"side": "{b}", "rule": "gradual", "years": 20, "paid": "owners"},
        (("rule", "gradual", "years"),),
    ),
    Kind(
        "elections", "Elections", "society", "Whether the settlement sets when a side votes.", _LIFE,
        (
            _SIDE,
            choice(
                "when", "when", own_law="left to the side's own law", after_signature="as soon as possible after signature",
                within="within a time limit", before_signature="before signature",
            ),
            whole("days", "time limit", "days", 3650),
        ),
        ("side",), {"side": "{b}", "when": "within", "days": 100}, (("when", "within", "days"),),
    ),
    Kind(
        "amnesty", "Amnesty", "society", "Whether acts of the war are prosecuted or pardoned.", _LIFE,
        (
            choice(
                "scope", "for whom", tribunal="nobody: a tribunal", limited="for some events, by law",
                civilians="together with release of detained civilians", full="all parties",
            ),
        ),
        (), {"scope": "limited"},
    ),
    Kind(
        "language", "Language, church, schooling", "society", "What a side must change in its laws on culture.", _LIFE,
        (
            _SIDE,
            choice(
                "rule", "the rule", own_law="nothing", union_rules="rules of a union on minorities",
                union_rules_bans="rules of a union, tolerance programmes, bans", minority="rights for a language and church",
                official="a second official language",
            ),
            plain("church", "flag", "restrictions on a church lifted"),
        ),
        ("side",), {"side": "{b}", "rule": "minority"},
    ),
    Kind(
        "ratification", "Approval", "order", "Who must approve the settlement.", _ALL,
        (
            _SIDE,
            choice(
                "by", "who", vote_or_parliament="referendum or parliament", vote="referendum", signature="the governments sign",
                elected_first="only authorities elected before", vote_and_guarantors="referendum, then the guarantors' parliaments",
            ),
            whole("ceasefire", "ceasefire held for it", "days", 3650),
        ),
        ("side",), {"side": "{b}", "by": "vote_or_parliament"},
    ),
    Kind(
        "implementation", "Force and oversight", "order", "What makes the text binding and who oversees it.", _ALL,
        (
            choice(
                "body", "who oversees it", council="a council", board="a board", later="dialogue after signature",
                security_council="the Security Council", joint="a joint body",
            ),
            plain("chair", "parties", "who chairs it"), plain("binding", "flag", "binding in law"),
        ),
        (), {"body": "board", "chair": ["{third}"]},
    ),
    Kind(
        "commission", "Commission", "order", "Who sits on a commission for an armistice or a defeated side, and what it may do.", _ALL,
        (
            choice(
                "body", "which", military="officers of both sides", neutral="neutral states", control_a="a control commission over {a}",
                control_b="a control commission over {b}",
            ),
            _BY, _OTHERS,
            choice("powers", "powers", reports="sees and reports", settles="settles breaches", orders="gives orders to the government"),
        ),
        ("body",), {"body": "military", "by": ["{a}", "{b}"], "powers": "settles"},
    ),
)  # fmt: skip
"""Kinds on money, people and procedure, in the order of the reference page."""
