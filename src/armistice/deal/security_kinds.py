"""Kinds of provision on arms and safety: forces, foreign troops, alliances, guarantees, monitoring."""

from __future__ import annotations

from armistice.core.settlement import Kind
from armistice.deal.entries import choice, number, plain, whole

_SAFETY = ("security", "order")
_SIDE = plain("side", "side", "whose", True)
_BY = plain("by", "parties", "who, among the parties of the pack")
_OTHERS = plain("others", "text", "who else, in words; or that it was not reported")

SECURITY = (
    Kind(
        "ceasefire", "Ceasefire", "security", "What fighting stops, where, and for how long.", _SAFETY,
        (
            choice(
                "scope", "what stops", full="all fighting", limited="part of the fighting", energy="strikes on energy",
            ),
            plain("where", "texts", "domains, such as land, sea and air"), whole("days", "how long", "days", 3650),
            plain("permanent", "flag", "without an end date"),
        ),
        (), {"scope": "full", "where": ["land", "river"], "permanent": True},
    ),
    Kind(
        "sequence", "Order of steps", "order", "What comes first: ceasefire, agreement or withdrawal.", _SAFETY,
        (
            choice(
                "first", "the first step",
                withdrawal_a="{a} withdraws, then the fighting ends", ceasefire="a full ceasefire, then talks",
                agreement_and_ceasefire="the ceasefire begins when the agreement is accepted",
                restraint="limited restraint while talks go on", pullback="both pull back, then the ceasefire",
                agreement="no ceasefire before a full agreement", withdrawal_b="{b} withdraws, then the ceasefire",
            ),
            whole("hours", "from acceptance to ceasefire", "hours", 8760),
            whole("days", "for the whole package", "days", 3650),
        ),
        (), {"first": "ceasefire"},
    ),
    Kind(
        "force_cap", "Cap on forces", "security", "A ceiling on the armed forces of a side.", _SAFETY,
        (
            _SIDE,
            choice("cap", "whether there is one", number="capped", none="no ceiling", open="capped, number not stated"),
            whole("men", "ceiling", "men", 10_000_000), plain("peacetime", "flag", "holds in peacetime only"),
        ),
        ("side",), {"side": "{b}", "cap": "number", "men": 40000}, (("cap", "number", "men"),),
    ),
    Kind(
        "weapon_cap", "Limits on weapons", "security", "A ceiling on weapons of one type, or the rule that there is none.",
        _SAFETY,
        (
            _SIDE,
            choice("cap", "whether there is one", number="capped", none="no ceiling", open="capped, numbers not stated"),
            plain("weapon", "text", "type of weapon"), whole("pieces", "ceiling", "pieces", 1_000_000),
        ),
        ("side", "weapon"), {"side": "{b}", "cap": "number", "weapon": "tanks", "pieces": 200},
        (("cap", "number", "pieces"), ("cap", "number", "weapon")),
    ),
    Kind(
        "missile_range", "Limit on missile range", "security", "The longest range of missiles that a side may have.", _SAFETY,
        (_SIDE, number("range", "longest range", "km", 20_000, required=True)),
        ("side",), {"side": "{b}", "range": 100},
    ),
    Kind(
        "foreign_troops", "Foreign troops", "security", "Which forces of other states may stand in a side's country.", _SAFETY,
        (
            plain("side", "side", "in whose country", True),
            choice(
                "permitted", "which",
                any="whoever is invited", coalition="a coalition force", no_command="none permanently under alliance command",
                no_alliance="no troops of the alliance", none="none",
            ),
            _BY, _OTHERS, plain("where", "text", "where they stand"),
        ),
        ("side",), {"side": "{b}", "permitted": "coalition", "by": ["{third}"]},
    ),
    Kind(
        "monitoring", "Monitoring", "security", "Who watches the line and the ceasefire, and how.", _SAFETY,
        (
            _BY, _OTHERS,
            choice(
                "how", "how", presence="observers", remote="from afar", forces="from afar, with forces along the line",
                joint="a joint centre of the two sides", open="not said",
            ),
        ),
        (), {"by": ["{third}"], "how": "presence"},
    ),
    Kind(
        "alliance_membership", "Membership of an alliance", "security", "Whether a side may join an alliance.", _SAFETY,
        (
            _SIDE, plain("alliance", "text", "its name", True),
            choice(
                "status", "the rule",
                invited="invited now", open="open, by the alliance's own rules", no_consensus="not barred; allies do not agree",
                moratorium="not for some years", no_membership="no membership", barred="barred by law", neutral="neutrality",
            ),
            whole("years", "with a moratorium: for how long", "years", 100),
            choice(
                "consent", "how the alliance decides", False, unanimous="all members must agree", majority="a majority decides",
            ),
            choice(
                "borders", "what the alliance asks of borders", False,
                custom="settled, by agreement of the allies and not by a rule", rule="settled, by rule", none="nothing",
            ),
            plain("in_alliance_law", "flag", "the alliance writes the bar into its own law"),
            plain("rules_source", "text", "source for the alliance's rules"),
        ),
        ("side", "alliance"), {"side": "{b}", "alliance": "an alliance", "status": "neutral"},
        (("status", "moratorium", "years"), ("consent", "unanimous", "rules_source"), ("borders", "custom", "rules_source")),
    ),
    Kind(
        "alliance_enlargement", "Enlargement of an alliance", "security", "Limits on an alliance beyond the side in question.",
        _SAFETY,
        (
            plain("alliance", "text", "its name", True),
            choice(
                "rule", "the rule", no_limit="no limit", dialogue="dialogue, no limit", not_expected="expected not to enlarge",
                barred="barred by treaty",
            ),
        ),
        ("alliance",), {"alliance": "an alliance", "rule": "dialogue"},
    ),
    Kind(
        "security_guarantee", "Security guarantee", "security", "Who must do what if a side is attacked again.", _SAFETY,
        (
            plain("protects", "side", "whom", True), _BY, _OTHERS,
            choice(
                "form", "how it works",
                automatic="automatic, like an alliance's", consultative="after consultation, then help",
                veto="only if all guarantors agree", deterrent="a deterrent placed in the country", open="not described",
            ),
            plain("binding", "flag", "binding in law"), plain("trigger", "text", "what sets it off"),
            plain("paid", "flag", "the protected side pays"), plain("void_if", "texts", "on which grounds it lapses"),
            whole("consult", "time for consultation", "days", 365),
        ),
        ("protects",), {"protects": "{b}", "by": ["{third}"], "form": "automatic", "trigger": "an armed attack"},
    ),
    Kind(
        "guarantee_scope", "Scope of the guarantee", "security", "Which land a guarantee covers.", _SAFETY,
        (
            choice(
                "covers", "what", all="all of {b} in its recognised borders", held="the land {b} holds at signature",
                except_listed="not the regions listed", except_map="not the regions listed nor areas on a map",
            ),
            plain("regions", "regions", "regions left out"),
        ),
        (), {"covers": "except_listed", "regions": ["{other}"]}, (("covers", "except_listed", "regions"),),
    ),
    Kind(
        "snap_back", "Return on breach", "security", "What comes back if the settlement is broken.", _SAFETY,
        (
            plain("what", "texts", "what comes back", True), plain("against", "side", "against whom", True),
            plain("trigger", "text", "what sets it off"),
        ),
        ("against",), {"what": ["sanctions"], "against": "{a}", "trigger": "a new attack"},
    ),
    Kind(
        "armed_groups", "Armed groups", "security", "Which armed formations leave or are dissolved.", _SAFETY,
        (
            choice(
                "rule", "the rule", foreign_leave="foreign formations leave", dissolved="units of {b} are dissolved",
                dissolved_a="units of {a} are dissolved", none="not regulated",
            ),
            plain("units", "text", "which"), plain("monitored", "flag", "watched from outside"),
        ),
        (), {"rule": "foreign_leave"},
    ),
    Kind(
        "surrender", "Laying down of arms", "security", "Which armies of a side give up, and on which terms.", _SAFETY,
        (
            _SIDE, choice("extent", "which", all="all its forces", part="the forces named"), plain("units", "text", "which by name"),
            choice(
                "arms", "what becomes of their arms", given_up="given up to the other side", depots="put into depots of their own authorities",
            ),
            plain("home", "flag", "soldiers go home and are left alone"),
        ),
        ("side", "units"), {"side": "{b}", "extent": "part", "units": "an army", "arms": "given_up", "home": True},
        (("extent", "part", "units"),),
    ),
    Kind(
        "foreign_arms", "Foreign arms", "security", "Whether a side may go on receiving arms and intelligence.", _SAFETY,
        (
            plain("side", "side", "who receives them", True),
            choice(
                "rule", "the rule", free="without limits on use", continues="deliveries go on",
                stopped_for_ceasefire="stopped for the time of a ceasefire", stopped="stopped",
            ),
        ),
        ("side",), {"side": "{b}", "rule": "continues"},
    ),
    Kind(
        "nuclear_status", "Nuclear status", "security", "What is said about nuclear weapons.", _SAFETY,
        (
            _SIDE,
            choice(
                "status", "the rule", none="nothing", no_use="no use of nuclear weapons", non_nuclear="stays non-nuclear",
                no_basing="non-nuclear, no receipt, transit or basing",
            ),
            plain("arms_control", "flag", "great powers prolong arms control"),
        ),
        ("side",), {"side": "{b}", "status": "non_nuclear"},
    ),
    Kind(
        "non_aggression", "Non-aggression", "security", "A promise not to attack.", _SAFETY,
        (plain("by", "parties", "who promises", True), plain("in_law", "flag", "written into national law")),
        ("by",), {"by": ["{a}", "{b}"], "in_law": True},
    ),
)  # fmt: skip
"""Kinds on safety, in the order of the reference page."""
