"""The pages of webhooks: which there are, making and stopping one, what it has sent, and sending it again."""

from flask import Blueprint, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.accounts.api import confirmed
from lms.kernel.actor import Role
from lms.kernel.config import current_settings
from lms.kernel.outgoing import NO_ANSWER_LABELS
from lms.people.api import list_organisations_of
from lms.rest.models import Webhook
from lms.rest.webhooks import operations, queries
from lms.rest.webhooks.forms import WebhookForm
from lms.rest.webhooks.rules import KIND_LABELS, EventKind, make_secret
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with

bp = Blueprint("webhooks", "lms.rest", template_folder="templates")


@bp.get("/account/webhooks")
@role_needed(Role.HR)
def index() -> ResponseReturnValue:
    """Lists the webhooks of the actor's organisations."""
    return render_template(
        "rest/webhooks.html", webhooks=queries.list_webhooks_for(current_actor()), labels=KIND_LABELS
    )


@bp.route("/account/webhooks/new", methods=["GET", "POST"])
@role_needed(Role.HR)
@confirmed
def make() -> ResponseReturnValue:
    """Makes a webhook, and leads to its page, which has its secret."""
    actor, form = current_actor(), WebhookForm()
    form.offer((each.id, each.name) for each in list_organisations_of(actor, Role.HR))
    made: Webhook | None = form.result_on_submit(
        lambda: operations.make_webhook(
            actor,
            organisation_id=form.organisation.data,
            address=(form.address.data or "").strip(),
            kinds=[EventKind(each) for each in form.kinds.data or ()],
            own=current_settings().webhook_networks,
        )
    )
    if made is None:
        return form_page("rest/make_webhook.html", form)
    return redirect_with(_("The webhook is ready. Send a test."), "webhooks.webhook", webhook_id=made.id)


@bp.get("/account/webhooks/<int:webhook_id>")
@role_needed(Role.HR)
def webhook(webhook_id: int) -> ResponseReturnValue:
    """Shows a webhook with its secret, and what it has sent."""
    found = queries.load_webhook_for(current_actor(), webhook_id)
    return render_template(
        "rest/webhook.html",
        webhook=found,
        secret=make_secret(current_app.config["SECRET_KEY"], found.token),
        page=queries.list_deliveries(found, request.args.get("page", 1, type=int)),
        labels=KIND_LABELS,
        problems=NO_ANSWER_LABELS,
    )


@bp.post("/account/webhooks/<int:webhook_id>/test")
@role_needed(Role.HR)
def test(webhook_id: int) -> ResponseReturnValue:
    """Sends a test."""
    operations.send_test(queries.load_webhook_for(current_actor(), webhook_id))
    return redirect_with(
        _("A test is on its way. Load this page again to see the answer."), "webhooks.webhook", webhook_id=webhook_id
    )


@bp.post("/account/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>")
@role_needed(Role.HR)
def send_again(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Sends an event once more."""
    found = queries.load_webhook_for(current_actor(), webhook_id)
    operations.send_again(queries.load_delivery(found, delivery_id))
    return redirect_with(
        _("It is on its way again. Load this page again to see the answer."), "webhooks.webhook", webhook_id=webhook_id
    )


@bp.route("/account/webhooks/<int:webhook_id>/stop", methods=["GET", "POST"])
@role_needed(Role.HR)
def stop(webhook_id: int) -> ResponseReturnValue:
    """Stops a webhook, after a confirmation."""
    actor = current_actor()
    found = queries.load_webhook_for(actor, webhook_id)
    if request.method == "POST":
        operations.stop_webhook(actor, found)
        return redirect_with(_("The webhook has been stopped. Nothing is sent there any more."), "webhooks.index")
    return render_template("rest/stop_webhook.html", webhook=found)
