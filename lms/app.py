"""Creates the application: its pages, commands, subscribers, hooks and jobs. Nothing else knows every package."""

from flask import Flask
from flask_compress import Compress
from flask_login import user_logged_in

import lms.accounts.jobs
import lms.accounts.subscribers
import lms.accounts.views
import lms.assessment.correcting.jobs
import lms.audit.jobs
import lms.audit.views
import lms.authoring.blocks.views
import lms.authoring.blueprint
import lms.authoring.commenting.views
import lms.authoring.correcting.views
import lms.authoring.documents.views
import lms.authoring.drafts.views
import lms.authoring.editor.views
import lms.authoring.exchange.views
import lms.authoring.feedback.jobs
import lms.authoring.feedback.views
import lms.authoring.git.jobs
import lms.authoring.git.views
import lms.authoring.history.views
import lms.authoring.pictures.views
import lms.authoring.publishing.health
import lms.authoring.publishing.views
import lms.authoring.questions.views
import lms.authoring.reviewing.jobs
import lms.authoring.reviewing.views
import lms.authoring.scheduling.jobs
import lms.authoring.scheduling.views
import lms.authoring.signing_off.views
import lms.authoring.views
import lms.certification.subscribers
import lms.certification.views
import lms.compliance.api
import lms.compliance.blueprint
import lms.compliance.clearance.views
import lms.compliance.jobs
import lms.compliance.person.views
import lms.compliance.report.export.views
import lms.compliance.report.schedule.views
import lms.compliance.report.signoff.views
import lms.compliance.report.views
import lms.compliance.requirements.views
import lms.compliance.subscribers
import lms.coverage.jobs
import lms.coverage.views
import lms.demo.subscribers
import lms.home.blueprint
import lms.home.own_data.views
import lms.home.views
import lms.learning.blueprint
import lms.learning.paper.views
import lms.learning.subscribers
import lms.learning.unsaved_answers
import lms.learning.views.courses
import lms.learning.views.quizzes
import lms.learning.views.reference
import lms.pathways.blueprint
import lms.pathways.confirming.views
import lms.pathways.views
import lms.people.importing.jobs
import lms.people.views
import lms.reminders.jobs
import lms.reminders.role_endings
import lms.reminders.views
import lms.rest.idempotency.jobs
import lms.rest.scim.subscribers
import lms.rest.views
import lms.rest.webhooks.jobs
import lms.rest.webhooks.subscribers
import lms.rest.webhooks.views
from lms.accounts.api import (
    administrator_created,
    find_account_ids,
    has_second_step,
    list_organisation_choices,
    list_recorders,
    load_account_names,
)
from lms.accounts.sign_in.security import set_up_accounts
from lms.assessment.api import attempts_changed, attempts_regraded, correction_applied, list_corrected_questions
from lms.audit.hooks import account_names, accounts_matching, organisation_choices
from lms.authoring.signing_off.shown import list_sign_offs
from lms.catalogue.hooks import corrected_questions
from lms.certification.awards.explain import held_certificate, renewal_note
from lms.certification.events import awards_changed
from lms.certification.hooks import renewal_windows
from lms.cli.groups import COMMANDS, LazyGroup
from lms.demo.api import DemonstrationBanner, accounts_are_open
from lms.home.hooks import health_checks, open_demonstrations
from lms.home.my_training import list_courses_to_do
from lms.kernel.config import ROOT, Settings, load_settings
from lms.kernel.error_reports import set_up_error_reports
from lms.kernel.logs import set_up_logs
from lms.kernel.metrics import gauges, set_up_metrics
from lms.kernel.outbox import warn_of_overdue_mails
from lms.kernel.requests import Application
from lms.kernel.setup import set_up_config, set_up_database
from lms.kernel.worker import PeriodicJob, set_up_worker
from lms.learning.api import course_completed, progress_made
from lms.learning.hooks import courses_to_do, held_certificates, quiz_notes, sign_offs
from lms.people.api import (
    additions_undone,
    email_corrected,
    import_began,
    import_finished,
    people_added,
    people_erased,
    people_merged,
    placements_changed,
)
from lms.people.hooks import second_steps
from lms.rest.blueprint import set_up_rest
from lms.web.access import current_actor
from lms.web.csrf import CsrfProtection
from lms.web.limits import set_up_limits
from lms.web.recorders import recorders
from lms.web.setup import set_up_web

BLUEPRINTS = (
    lms.home.blueprint.bp,
    lms.reminders.views.bp,
    lms.accounts.views.bp,
    lms.people.views.bp,
    lms.audit.views.bp,
    lms.pathways.blueprint.bp,
    lms.certification.views.bp,
    lms.learning.blueprint.bp,
    lms.compliance.blueprint.bp,
    lms.coverage.views.bp,
    lms.authoring.blueprint.bp,
    lms.rest.views.bp,
    lms.rest.webhooks.views.bp,
)

PERIODIC_JOBS = (
    PeriodicJob("outbox.warn_of_overdue_mails", warn_of_overdue_mails, minute="*/15"),
    *lms.accounts.jobs.JOBS,
    *lms.audit.jobs.JOBS,
    *lms.authoring.feedback.jobs.JOBS,
    *lms.authoring.git.jobs.JOBS,
    *lms.authoring.scheduling.jobs.JOBS,
    *lms.compliance.jobs.JOBS,
    *lms.coverage.jobs.JOBS,
    *lms.reminders.jobs.JOBS,
    *lms.rest.idempotency.jobs.JOBS,
    *lms.rest.webhooks.jobs.JOBS,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Creates the application from its settings, read from the environment where none are given."""
    settings = settings or load_settings()
    app = Application("lms", static_folder=None, template_folder=None, root_path=str(ROOT / "lms"))
    app.cli = LazyGroup(app.name, COMMANDS)
    set_up_config(app, settings)
    app.config["DEMONSTRATION"] = DemonstrationBanner()
    set_up_logs(app, settings.log_format)
    set_up_metrics(app, enabled=bool(settings.metrics_token))
    set_up_error_reports(settings.sentry_dsn)
    set_up_database(app)
    CsrfProtection(app)
    Compress(app)
    set_up_limits(app, enabled=settings.rate_limits, storage=settings.rate_limit_storage, instance=settings.instance)
    set_up_accounts(app)
    # Flask-Principal, which comes with Flask-Security and decides nothing here, would load the account before every
    # request, and so answer 503 to anybody with a session cookie while the database is away, even on public pages.
    app.extensions["security"].principal.identity_loaders.clear()
    set_up_web(app)
    set_up_rest(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"actor": current_actor()})
    connect_subscribers()
    fill_hooks()
    set_up_worker(app, settings.instance, PERIODIC_JOBS)
    return app


def connect_subscribers() -> None:
    """Connects the events of lower packages to the subscribers of upper ones, in the same transaction."""
    people_added.connect(lms.accounts.subscribers.open_accounts)
    additions_undone.connect(lms.accounts.subscribers.close_unused_accounts)
    placements_changed.connect(lms.accounts.subscribers.reopen_unused_accounts)
    email_corrected.connect(lms.accounts.subscribers.change_email)
    people_erased.connect(lms.accounts.subscribers.erase_accounts)
    people_erased.connect(lms.certification.subscribers.on_people_erased)
    people_erased.connect(lms.rest.scim.subscribers.on_people_erased)
    administrator_created.connect(lms.demo.subscribers.close_accounts)
    attempts_changed.connect(lms.learning.subscribers.on_attempts_changed)
    attempts_regraded.connect(lms.learning.subscribers.on_attempts_regraded)
    correction_applied.connect(lms.certification.subscribers.on_correction_applied)
    course_completed.connect(lms.certification.subscribers.on_course_completed)
    placements_changed.connect(lms.compliance.subscribers.on_people_changed)
    import_began.connect(lms.compliance.subscribers.on_import_began)
    import_finished.connect(lms.compliance.subscribers.on_import_finished)
    people_merged.connect(lms.compliance.subscribers.on_people_changed)
    awards_changed.connect(lms.compliance.subscribers.on_learning_changed)
    awards_changed.connect(lms.rest.webhooks.subscribers.on_awards_changed)
    attempts_changed.connect(lms.compliance.subscribers.on_learning_changed)
    user_logged_in.connect(lms.learning.unsaved_answers.save_unsaved_answers)
    progress_made.connect(lms.compliance.subscribers.on_learning_changed)


def fill_hooks() -> None:
    """Fills the hooks of lower packages with functions of upper ones."""
    corrected_questions.fill(list_corrected_questions)
    quiz_notes.fill(renewal_note)
    held_certificates.fill(held_certificate)
    sign_offs.fill(list_sign_offs)
    courses_to_do.fill(list_courses_to_do)
    renewal_windows.fill(lms.compliance.api.renewal_windows)
    account_names.fill(load_account_names)
    recorders.fill(list_recorders)
    second_steps.fill(has_second_step)
    open_demonstrations.fill(accounts_are_open)
    accounts_matching.fill(find_account_ids)
    organisation_choices.fill(list_organisation_choices)
    gauges.fill(lms.reminders.jobs.list_gauges)
    health_checks.fill(
        lms.reminders.jobs.list_problems,
        lms.reminders.role_endings.list_problems,
        lms.authoring.publishing.health.list_problems,
    )
