"""What a link in a mail does before anybody has pressed a button: nothing, and it leaves no cookie (R6)."""

from tests.browser import Browser
from tests.factories import ANNA
from tests.web.test_authority import OFFICIAL, ask_for, desk, mailed, of_letter, sign
from tests.web.world import World


def stop_page(world: World) -> str:
    anna = Browser(world.app)
    world.open_letter(anna, world.facts.anna)
    return next(one.get("href") or "" for one in anna.page.all("a") if "/stop/" in (one.get("href") or ""))


def linked(world: World) -> dict[str, str]:
    """One of each kind of link that a society is mailed."""
    ask_for(world, "official", official=OFFICIAL)
    stop = stop_page(world)
    sign(world)
    disown, owner = mailed(world, ANNA), desk(world)
    owner.get(of_letter(world))
    owner.follow("Gullhaven, Society of has signed: may whoever did speak for it?")
    owner.press("Ask the official address to confirm")
    return {"invitation": f"/i/{world.facts.anna}", "not us": disown, "confirm": mailed(world, OFFICIAL), "stop": stop}


def test_r6_link_in_a_mail_sets_no_cookie_on_get(world: World) -> None:
    for name, link in linked(world).items():
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = Browser(world.app).ask(link, method)
            assert (name, answer.status_code, answer.headers.get("Set-Cookie")) == (name, 200, None)


def test_r6_control_page_with_a_token_of_its_own_sets_one(world: World) -> None:
    assert Browser(world.app).ask("/sign-in").headers.get("Set-Cookie")


def test_r6_link_stands_in_for_the_token(world: World) -> None:
    links = linked(world)
    forms = {links["not us"]: {"words": "Not ours."}, links["confirm"]: {"words": "Mary."}, f"{links['stop']}/code": {"word": "reminders"}}
    for address, typed in forms.items():
        assert Browser(world.app).ask(address, "POST", data=typed).status_code == 200
