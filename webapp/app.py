"""`create_app(settings)`: the one place where the parts are joined."""

from contextlib import suppress
from functools import cache
from typing import Any, cast

from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.domain import limits
from webapp.domain.document import name_as_listed
from webapp.domain.venue import NOT_KNOWN, PARTS
from webapp.domain.window import WARNING
from webapp.domain.wording import count_phrase
from webapp.persistence.database import DatabaseBusy, engine_options, prepare_engine
from webapp.persistence.rest import hold_pages
from webapp.persistence.tables import Base, StaffRow
from webapp.processes import program_for_others
from webapp.rendering.environment import STATIC, TEMPLATES
from webapp.rendering.fonts import uncovered_characters
from webapp.rendering.styles import STYLES
from webapp.services import documents as documents_service
from webapp.settings import Settings, load_settings
from webapp.web import access, errors, lines, needs, read_only, security, transaction
from webapp.web.views import (
    after,
    answers,
    api,
    authority,
    check,
    chosen_venues,
    circulation,
    comments,
    correspondence,
    dispositions,
    documents,
    embed,
    fates,
    follow_ups,
    front,
    handing_over,
    health,
    invitations,
    journal_mails,
    layout,
    letters,
    mailbox,
    milestones,
    minutes,
    new_text_room,
    new_texts,
    news,
    package,
    people,
    public,
    publication,
    recorded,
    references,
    reminders,
    representatives,
    revisions,
    rooms,
    roster,
    roster_import,
    rounds,
    selected,
    share,
    sign_in,
    sign_on,
    societies,
    staff,
    stays,
    stops,
    submissions,
    talks,
    text_change,
    texts,
    translations,
    venues,
    witnesses,
    word_files,
)

BLUEPRINTS = (
    health,
    front,
    public,
    api,
    embed,
    check,
    sign_in,
    letters,
    circulation,
    dispositions,
    sign_on,
    milestones,
    roster,
    rounds,
    roster_import,
    selected,
    invitations,
    reminders,
    representatives,
    texts,
    text_change,
    layout,
    documents,
    after,
    publication,
    translations,
    share,
    new_texts,
    submissions,
    correspondence,
    package,
    journal_mails,
    follow_ups,
    fates,
    news,
    people,
    chosen_venues,
    venues,
    societies,
    word_files,
    references,
    revisions,
    staff,
    stays,
    mailbox,
    rooms,
    stops,
    comments,
    answers,
    new_text_room,
    handing_over,
    talks,
    recorded,
    authority,
    witnesses,
    minutes,
)


class OneDatabaseSession(Session):
    """Every table is in one database: which engine a statement belongs to need not be found out for each statement."""

    def get_bind(self, *_facts: Any, **_more: Any) -> Engine:
        if self.bind is None:
            self.bind = self._db.engine
        return cast(Engine, self.bind)


def create_app(settings: Settings | None = None) -> Flask:
    """The web application. It neither makes nor migrates the database: `undersigned run` does, before it starts this."""
    chosen = settings or load_settings()
    app = Flask("webapp", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.from_mapping(_configuration(chosen))
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if chosen.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=chosen.trusted_proxies, x_proto=chosen.trusted_proxies)  # type: ignore[method-assign]  # Flask's own way
    _join_database(app)
    lines.number_requests(app)
    security.guard(app)
    csrf = CSRFProtect(app)
    errors.register_errors(app)
    access.check_access_is_named(app)
    read_only.watch(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    # The link in their address stands in for the token (R6): the page before them may set no cookie to carry one.
    for name in ("rooms.enter", "witnesses.dispute", "witnesses.confirm", "stops.ask", "check.ask"):
        csrf.exempt(f"webapp.web.views.{name}")
    # A mail program has no page to take a token from (RFC 8058); all that it can do is to stop reminders.
    csrf.exempt("webapp.web.views.stops.press")
    csrf.exempt("webapp.web.views.news.press")
    app.context_processor(_page_facts)
    app.jinja_env.globals["program"] = program_for_others()
    app.jinja_env.filters |= {"name_as_listed": name_as_listed, "signed_by": count_phrase}
    # Macros see these too: a limit that is not known reads the same wherever it stands.
    styles = {style.id: style.name for style in STYLES.values()}
    app.jinja_env.globals |= {"not_known": NOT_KNOWN, "parts_of_a_text": PARTS, "style_names": styles, "window_warning": WARNING}
    return app


@cache
def prepared_app() -> Flask:
    """The one application of this process and of all that is forked from it, warm."""
    app = create_app()
    warm_up(app)
    return app


def warm_up(app: Flask) -> None:
    """Loads what the first requests would: the templates, the tables of collation, the names of countries, the characters of the fonts."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if not name.startswith(("email/", "documents/")):
            app.jinja_env.get_template(name)
    documents_service.sort_key("Society")
    documents_service.country_name("DE", "en-GB")
    uncovered_characters("Society")


def open_database(app: Flask) -> None:
    """Has one connection ready, for this process alone. That the database is away is for `/readyz` to say, not for a start to fail on."""
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
        # A disk on which nothing can be written may still be read from.
        with suppress(OSError):
            app.extensions["undersigned.pages"] = hold_pages(app.config["UNDERSIGNED"], engine)
        with suppress(SQLAlchemyError, DatabaseBusy), engine.connect() as connection:
            connection.execute(select(func.count()).select_from(StaffRow))


def _configuration(settings: Settings) -> dict[str, object]:
    links = settings.links
    return {
        "UNDERSIGNED": settings,
        "SECRET_KEY": settings.keyring.pages_key(),
        "SESSION_COOKIE_NAME": "__Host-undersigned" if links.is_https else "undersigned",
        "SESSION_COOKIE_SECURE": links.is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # This machine's own names too: what watches over it asks there. Links are made from the settings, never from this.
        "TRUSTED_HOSTS": [links.host, "localhost", "127.0.0.1"],
        "MAX_CONTENT_LENGTH": limits.REQUEST_BYTES,
        "MAX_FORM_MEMORY_SIZE": limits.FORM_BYTES,
        "MAX_FORM_PARTS": limits.FORM_PARTS,
        # Our own Referrer-Policy keeps the header that this check would want; Origin and Sec-Fetch-Site are checked instead.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": int(limits.DESK_LONGEST.total_seconds()),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
    }


def _join_database(app: Flask) -> None:
    database = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": OneDatabaseSession})
    database.init_app(app)
    # What is registered later is called earlier.
    app.teardown_appcontext(transaction.let_go)
    with app.app_context():
        prepare_engine(database.engine)


def _page_facts() -> dict[str, object]:
    """What every layout may ask for."""
    desk, standing = access.at_desk(), g.get("standing")
    return {
        "signed_in_as": desk.email if desk else None,
        "is_administrator": desk is not None and desk.is_administrator,
        "local_mailbox": transaction.settings().has_local_mailbox,
        "may": access.may,
        "way_to": needs.way_to,
        "standing": standing,
        "is_mail_held": standing is not None and standing.is_mail_held,
        "desk_minutes": int(limits.DESK_IDLE.total_seconds() / 60),
        "room_minutes": int(limits.ROOM_IDLE.total_seconds() / 60),
    }
