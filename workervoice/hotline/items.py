"""Plain words for the items of the ILO survey rule and its context, as handlers read them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ITEMS: Mapping[str, str] = MappingProxyType(
    {
        "A_birth_descent": "born or descended into bonded status",
        "A_coercive_recruitment": "abducted or confined during recruitment",
        "A_sale": "sold",
        "A_recruitment_debt": "recruited through a debt or advance",
        "A_deception_nature": "deceived about the kind of work",
        "A_deception_conditions": "deceived about conditions, contract or pay",
        "A_deception_marriage": "recruited by a promise of marriage",
        "B_forced_overtime": "forced overtime",
        "B_on_call": "forced to be on call day and night",
        "B_limited_movement_communication": "may not move or communicate freely",
        "B_degrading_living": "degrading living conditions",
        "B_illicit_activities": "forced into illicit activities",
        "B_employer_private_home": "forced to work for the employer's home or family",
        "B_induced_addiction": "made dependent on drugs",
        "B_inflated_debt": "debt inflated or induced",
        "B_multiple_dependency": "housing, food or relatives' jobs depend on the employer",
        "B_prior_dependency": "depended on the employer before",
        "B_employer_influence": "life outside work under the employer's influence",
        "C_training_bond": "may not leave after paid training or benefit",
        "C_no_resignation": "may not resign",
        "C_waiting_wages": "has to stay while wages are owed",
        "C_indeterminate_debt_work": "works off a debt without an end",
        "P_denunciation": "threat to denounce to authorities",
        "P_documents": "identity papers taken",
        "P_phones": "phone taken",
        "P_worse_conditions": "worse conditions as a punishment",
        "P_isolation": "isolated",
        "P_locked": "locked in",
        "P_sexual_violence": "sexual violence",
        "P_physical_violence": "physical violence",
        "P_other_punishment": "deprived of food, water or sleep",
        "P_exemplary_violence": "violence in front of others",
        "P_rights_removed": "rights or privileges taken away",
        "P_religious": "threat that uses beliefs",
        "P_surveillance": "watched all the time",
        "P_assets": "cash or belongings withheld",
        "P_wages": "wages withheld",
        "P_family": "threat against family",
        "P_dismissal": "threat of dismissal",
        "P_blacklist": "threat of being barred from other jobs",
        "P_social_exclusion": "threat of exclusion from the community",
        "P_extra_work": "extra work as a punishment",
        "P_fines": "fines",
        "P_blackmail": "threat to tell family or community",
        "P_violence_threatened": "threat of violence",
        "X_threat": "threat",
        "X_insults": "insults",
        "X_long_hours": "long hours",
        "X_no_rest_day": "no rest day",
        "X_no_breaks": "no breaks",
        "X_unpaid_late": "paid late or not at all",
        "X_low_pay": "low pay",
        "X_deductions": "deductions from pay",
        "X_fined": "fined",
        "X_exit_fine": "a fine for leaving",
        "X_debt": "debt",
        "X_documents": "papers held by somebody else",
        "X_no_exit": "may not go out",
        "X_remote": "remote place",
        "X_no_contact": "no contact with others",
        "X_promise_broken": "a promise broken",
        "X_no_papers": "no papers",
        "X_no_language": "does not speak the language there",
        "X_tied_visa": "visa tied to the employer",
        "X_nowhere_to_go": "nowhere to go",
        "X_discrimination": "discrimination",
        "X_bad_food": "bad food",
        "X_bad_water": "bad water",
        "X_bad_housing": "bad housing",
        "X_bad_hygiene": "bad hygiene",
        "X_unsafe_work": "unsafe work",
        "X_injury": "injury",
        "X_no_medical_care": "no medical care",
        "X_ordinary": "an ordinary complaint",
        "X_question": "a question",
        "child": "a person under 18",
        "imminent_danger": "danger now",
        "possible_distress": "a cry for help: possible distress",
        "recruitment_fees": "recruitment fees",
        "state_imposed": "the state or its forces are involved",
        "retaliation": "retaliation for speaking up",
        "hotline_complaint": "a complaint about the hotline or its people",
    }
)


def item(code: str) -> str:
    """The words for one item; an item newer than this page is shown by its code."""
    return ITEMS.get(code, code)


def items(codes: str) -> str:
    """The words for a passage's items, which the case page joins with commas."""
    return "; ".join(item(code) for code in codes.split(", "))
