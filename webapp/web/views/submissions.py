"""A letter at its journals: all its submissions, and the course of each."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from webapp.domain.errors import Conflict, InvalidInput, WrongState
from webapp.domain.permission import Permission
from webapp.services import correspondence, course_desk, dashboard, journal_mail_desk, step_corrections, submissions, venues
from webapp.web.access import actor, for_staff
from webapp.web.downloads import hand_out
from webapp.web.errors import attach
from webapp.web.forms.course import CorrectionForm, FactsForm, ResolveForm, StepForm, SubmitForm, first_of
from webapp.web.forms.desk import EmptyForm
from webapp.web.transaction import now, reading, settings, transaction

bp = Blueprint("submissions", __name__, url_prefix="/letters/<letter>/submissions")


@bp.get("")
@for_staff(Permission.KEEP_COURSE)
def index(letter: str) -> Any:
    return _index(letter)


@bp.post("/plan")
@for_staff(Permission.KEEP_COURSE)
def plan(letter: str) -> Any:
    with transaction() as session:
        number = course_desk.plan_proposed(session, actor(), letter, now=now())
    done = "The submission is planned." if number == 1 else "The submissions are planned."
    flash(done if number else "There was nothing more to plan.", "ok")
    return redirect(url_for("submissions.index", letter=letter), 303)


@bp.post("/resolve")
@for_staff(Permission.KEEP_COURSE)
def resolve(letter: str) -> Any:
    form, status = ResolveForm(), 422
    if form.validate():
        try:
            with transaction() as session:
                submissions.resolve_letter(session, actor(), letter, form.reason.data or "", form.seen, now=now())
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
            form.show_again(course_desk.show_course(reading(), actor(), letter, now=now()).edition)
            status = 409
        else:
            flash("The course of the letter is ended. Its story stays readable.", "ok")
            return redirect(url_for("letters.show", letter=letter), 303)
    return _index(letter, form), status


@bp.route("/new", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def submit(letter: str) -> Any:
    view, names = _letter(letter), _venues()
    form = SubmitForm(journal=view.journal, submitted_on=view.today)
    form.offer({slug: ", ".join(name) for slug, name in names.items()}, course_desk.texts_of(reading(), actor(), letter))
    status = 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                made = _submitted(session, letter, form, form.plan(names))
        except InvalidInput as error:
            attach(form, error)
        except Conflict as error:
            form.form_errors.append(str(error))
            status = 409
        else:
            flash("The submission is planned." if "plan" in request.form else "The submission is recorded.", "ok")
            return redirect(url_for("submissions.show", letter=letter, submission=made), 303)
    return render_template("submissions/submit.html", form=form, letter=view), status if form.errors else 200


def _submitted(session: Any, letter: str, form: SubmitForm, plan: submissions.Plan) -> str:
    if "plan" in request.form:
        return submissions.plan_submission(session, actor(), letter, plan, now=now())
    return submissions.submit_letter(session, actor(), letter, form.submitted(plan), now=now())


@bp.route("/<submission>", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def show(letter: str, submission: str) -> Any:
    page = course_desk.show_submission(reading(), actor(), letter, submission, now=now())
    begins = {"happened_on": _letter(letter).today, "kind": first_of(page.steps), **_by_mail(letter, submission)}
    form = StepForm(data={**begins, "edition": str(page.line.edition)})
    form.offer(page.steps)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                submissions.note_step(session, actor(), letter, submission, form.step(), form.seen, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            page = course_desk.show_submission(reading(), actor(), letter, submission, now=now())
            form.show_again(page.line.edition)
            form.offer(page.steps)
            status = 409
        else:
            flash("It is noted.", "ok")
            return redirect(url_for("submissions.show", letter=letter, submission=submission), 303)
    about = {
        "items": correspondence.items_about(reading(), actor(), letter, submission),
        "mails": journal_mail_desk.mails_of(reading(), actor(), letter, submission),
    }
    shown = render_template("submissions/show.html", form=form, letter=_letter(letter), page=page, done=EmptyForm(), **about)
    return shown, status if form.errors else 200


def _by_mail(letter: str, submission: str) -> dict[str, Any]:
    """What a mail that has left fills in beforehand; a person looks at it and notes it."""
    step = journal_mail_desk.step_of_mail(reading(), actor(), letter, submission, request.args.get("mail", ""))
    return {"kind": step.kind, "happened_on": step.happened_on, "note": step.note} if step else {}


@bp.route("/<submission>/edit", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def edit(letter: str, submission: str) -> Any:
    known, edition = course_desk.plan_of(reading(), actor(), letter, submission)
    names = _venues()
    if known.venue and known.venue not in names:
        # It is known here no more: the submission keeps what it was called then.
        names[known.venue] = (known.journal, known.route_words)
    facts = {name: getattr(known, name) for name in known.__dataclass_fields__}
    texts = course_desk.texts_of(reading(), actor(), letter, submission)
    # The page of the submission leads here with the text that is to go there next.
    wanted = request.args.get("text", "")
    form = FactsForm(data={**facts, "edition": str(edition), **({"text": wanted} if wanted in texts else {})})
    form.offer({slug: ", ".join(name) for slug, name in names.items()}, texts)
    status = 422
    if form.validate_on_submit():
        try:
            with transaction() as session:
                held = submissions.hold_submission(session, actor(), letter, submission, form.seen)
                submissions.edit_submission(session, actor(), held, form.plan(names), now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            form.show_again(course_desk.plan_of(reading(), actor(), letter, submission)[1])
            status = 409
        else:
            flash("The facts of the submission are kept.", "ok")
            return redirect(url_for("submissions.show", letter=letter, submission=submission), 303)
    page = course_desk.show_submission(reading(), actor(), letter, submission, now=now())
    shown = render_template("submissions/edit.html", form=form, letter=_letter(letter), page=page)
    return shown, status if form.errors else 200


@bp.route("/<submission>/steps/<step>/correct", methods=["GET", "POST"])
@for_staff(Permission.KEEP_COURSE)
def correct(letter: str, submission: str, step: str) -> Any:
    wrong = course_desk.show_step(reading(), actor(), letter, submission, step)
    page = course_desk.show_submission(reading(), actor(), letter, submission, now=now())
    facts = {name: getattr(wrong.as_noted, name) for name in ("kind", "happened_on", "note", "manuscript_number", "link")}
    form = CorrectionForm(data={**facts, "edition": str(page.line.edition)})
    form.offer(wrong.choices)
    status = 422
    if form.validate_on_submit():
        try:
            given = step_corrections.Correction(form.reason.data, form.step() if form.did_happen.data else None)
            with transaction() as session:
                held = submissions.hold_submission(session, actor(), letter, submission, form.seen)
                step_corrections.correct_step(session, actor(), held, step, given, now=now())
        except InvalidInput as error:
            attach(form, error)
        except (Conflict, WrongState) as error:
            form.form_errors.append(str(error))
            form.show_again(course_desk.plan_of(reading(), actor(), letter, submission)[1])
            status = 409
        else:
            flash("The step is corrected. What it said stays readable.", "ok")
            return redirect(url_for("submissions.show", letter=letter, submission=submission), 303)
    shown = render_template("submissions/correct.html", form=form, letter=_letter(letter), page=page, wrong=wrong.line)
    return shown, status if form.errors else 200


@bp.get("/<submission>/steps/<step>/proof")
@for_staff(Permission.KEEP_COURSE)
def proof(letter: str, submission: str, step: str) -> Response:
    file = course_desk.read_step_proof(reading(), actor(), letter, submission, step)
    return hand_out(file.name, file.media_type, file.content)


def _letter(letter: str) -> dashboard.Dashboard:
    return dashboard.show_dashboard(reading(), actor(), letter, settings().links, now=now())


def _index(letter: str, form: ResolveForm | None = None) -> Any:
    page = course_desk.show_course(reading(), actor(), letter, now=now())
    end = form or ResolveForm(formdata=None, data={"edition": str(page.edition)})
    return render_template("submissions/index.html", letter=_letter(letter), page=page, form=end, plan=EmptyForm(formdata=None))


def _venues() -> dict[str, tuple[str, str]]:
    """Journal and route of every venue, by slug."""
    return {one.venue.slug: (one.venue.journal, one.venue.route) for one in venues.list_venues(reading())}
