"""The two ways in which a representative leaves a letter to others."""

HAND_OVER, NOT_US = "hand_over", "not_us"
LEAVING = frozenset({HAND_OVER, NOT_US})

WHY_NOT_US = {
    "wrong_society": "This letter was meant for another society.",
    "not_concerned": "Our society is not concerned by it.",
    "wrong_person": "The society is the right one, but I am not the right person.",
}
