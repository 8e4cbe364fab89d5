"""Backup, restore, and the move to another database."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from webapp.cli.opening import at_rest, json_option, make_place, opened, print_json, refuse_what_is_none, say
from webapp.cli.refusal import Refusal
from webapp.persistence.archive import Manifest
from webapp.persistence.database import begin_snapshot, opened_session, transaction
from webapp.persistence.revisions import head_revision
from webapp.services import backup as backups
from webapp.services import installation
from webapp.services.verification import verify
from webapp.settings import Settings, database_url, installed_settings, load_settings

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--include-keys", "has_keys", is_flag=True, help="Also write the secret key, to FILE.key. Keep the two apart.")
@json_option
def backup(file: Path, *, has_keys: bool, as_json: bool) -> None:
    """Write everything to FILE while the site goes on, and verify it.

    The secret key is not in it, nor any session or code: whoever finds the file cannot come in by it.
    """
    settings = installed_settings()
    key = file.with_name(f"{file.name}.key")
    if has_keys and key.exists():
        raise Refusal(f"{key} is there already. Choose another name.")
    refuse_what_is_none(settings)
    manifest = backups.make_backup(settings, file.absolute(), now=settings.clock.now())
    if has_keys:
        backups.make_key_file(settings, key)
    if as_json:
        print_json({"file": str(file), "key": str(key) if has_keys else None, **_facts(manifest)})
        return
    click.echo(f"{file} holds {_counted(manifest)}, as of {_moment(manifest)}, and has been verified.")
    if has_keys:
        click.echo(f"The secret key is in {key}. With both files anybody can make every link and code: keep them in different places.")
    elif not settings.has_key_from_environment:
        click.echo(f"Keep {settings.secret_key_file} as well, in another place: without it, no link that was sent opens again.")
    else:
        click.echo("Keep UNDERSIGNED_SECRET_KEY as well, in another place: without it, no link that was sent opens again.")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--new-key", "takes_other_key", is_flag=True, help="The key of the backup is lost: every link that was sent dies.")
@json_option
def restore(file: Path, *, takes_other_key: bool, as_json: bool) -> None:
    """Bring back FILE into an empty data folder or database.

    Nothing can be changed there and no mail leaves before a person has looked it over and says: undersigned resume.
    """
    settings = load_settings()
    with at_rest(settings), backups.opened_backup(file, settings.data_folder) as (manifest, rows):
        # Before anything is made here: whoever has the wrong key has only to bring the right one.
        backups.judge_key(manifest, settings.keyring, takes_other_key=takes_other_key)
        make_place(settings)
        with opened_session(settings) as session, transaction(session):
            done = backups.restore(session, manifest, rows, settings.keyring, takes_other_key=takes_other_key, now=settings.clock.now())
    if as_json:
        print_json({"file": str(file), "is_other_key": done.is_other_key, **_facts(manifest)})
        return
    click.echo(f"Restored {_counted(manifest)}, as of {_moment(manifest)}.")
    if manifest.revision != head_revision():
        click.echo(f"The backup was of an older version ({manifest.revision}) and has been brought up to date ({head_revision()}).")
    if done.is_other_key:
        click.echo("The key is a new one: no link that was sent opens any more. Each representative needs a new link, from the roster.")
    say("Staff sign in again. Whatever happened after the backup is not in it; a receipt shows it: undersigned verify --receipt FILE")
    say("It can only be read, and no mail leaves, until you have looked it over and say: undersigned resume")


@click.command()
@click.argument("address", envvar="UNDERSIGNED_MOVE_TO")
def move(address: str) -> None:
    """Move everything to the empty database at ADDRESS, and verify it there.

    ADDRESS is written as in DATABASE_URL; where others could read a password in the command, set UNDERSIGNED_MOVE_TO instead. The
    site must be stopped. The database that is left stays as it is, and can only be read.
    """
    settings = installed_settings()
    goal = replace(settings, database_url=database_url(address, settings.data_folder))
    if goal.database_url == settings.database_url:
        raise Refusal("That is the database that is in use.")
    with at_rest(settings), opened(settings) as source:
        make_place(goal)
        before = installation.standing(source)
        if before.is_read_only:
            raise Refusal("The installation can only be read for now. First say: undersigned resume")
        with transaction(source):
            installation.make_read_only(source, "It has moved to another database.", now=settings.clock.now())
        try:
            rows, letters = _fill(source, goal, before)
        except BaseException:
            with transaction(source):
                installation.put_back(source, before)
            raise
    moved = f"{letters} letter{'' if letters == 1 else 's'} ({rows:,} rows)"
    click.echo(f"Moved {moved}. Every record was replayed and ends where it did.")
    click.echo("Set DATABASE_URL to the new address wherever the site and its worker are started, then start them.")
    click.echo("The database that was left can only be read. Keep it until the first backup of the new one.")


def _fill(source: Any, goal: Settings, before: installation.Standing) -> tuple[int, int]:
    with opened_session(goal) as target:
        begin_snapshot(source)
        with transaction(target):
            rows = backups.move(source, target)
            verified = verify(target)
            if verified.problems:
                raise Refusal(f"{verified.problems[0]} Look closer with: undersigned verify")
            installation.put_back(target, before)
    return rows, verified.letters


def _facts(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at.isoformat(),
        "revision": manifest.revision,
        "rows": manifest.rows,
        "letters": [{"reference": one.reference, "events": one.events, "head": one.head} for one in manifest.letters],
    }


def _counted(manifest: Manifest) -> str:
    number = len(manifest.letters)
    return f"{number} letter{'' if number == 1 else 's'} ({manifest.rows:,} rows)"


def _moment(manifest: Manifest) -> str:
    return f"{manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
