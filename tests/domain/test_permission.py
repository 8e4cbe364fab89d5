"""Who may do what; unknown means no (R13)."""

import pytest

from webapp.domain.permission import ROLE_PERMISSIONS, Permission, Role, permissions_of


@pytest.mark.parametrize("permission", list(Permission))
def test_owner_may_do_everything(permission: Permission) -> None:
    assert permission in permissions_of(Role.OWNER)
    assert permission in permissions_of("owner")


@pytest.mark.parametrize("role", ["", "Reader", "OWNER", "owner ", "administrator", "*"])
def test_r13_unknown_role_may_do_nothing(role: str) -> None:
    assert not any(permission in permissions_of(role) for permission in Permission)


def test_every_role_is_in_the_table() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_nobody_may_answer_for_a_society_from_the_desk() -> None:
    # R12: there is no such permission to give; to vouch is to record what came otherwise, marked wherever it is listed.
    acts = {
        "see",
        "edit",
        "circulate",
        "invite",
        "open_sign_on",
        "close",
        "seal",
        "keep_course",
        "export_addresses",
        "cancel",
        "publish",
        "share",
        "vouch",
    }
    assert set(Permission) == acts | {"vouch"}


ALLOWED = {
    Role.OWNER: set(Permission),
    Role.COORDINATOR: set(Permission) - {"cancel", "share"},
    Role.DRAFTER: {"see", "edit"},
    Role.READER: {"see"},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_role_may_do_what_its_name_says_and_nothing_more(role: Role, permission: Permission) -> None:
    assert (permission in permissions_of(role)) is (permission in ALLOWED[role])
