"""What happens to the sealed letter at the journal, step by step."""

from enum import StrEnum


class StepKind(StrEnum):
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    OUTCOME = "outcome"


STEPS: dict[str, str] = {
    StepKind.SUBMITTED: "Submitted to the journal",
    StepKind.ACKNOWLEDGED: "Receipt acknowledged by the journal",
    StepKind.ANSWERED: "Answer from the journal",
    StepKind.OUTCOME: "Outcome for the article",
}

ROUTES: dict[str, str] = {
    "rapid_response": "Rapid response or online comment",
    "letter": "Letter to the editor, through the submission system",
    "editor": "Concern to the editor, by mail",
    "article": "Article or position statement",
    "other": "Another route",
}

OUTCOMES: dict[str, str] = {
    "nothing": "Nothing changed",
    "reply": "Reply by the authors",
    "correction": "Correction",
    "expression_of_concern": "Expression of concern",
    "retraction": "Retraction",
}
