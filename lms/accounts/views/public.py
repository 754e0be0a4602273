"""Pages before sign-in: printed codes, the language."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user

from lms.accounts import operations, queries, rules
from lms.accounts.forms import CodeForm, NewPasswordForm
from lms.accounts.limits import limit_codes
from lms.accounts.views.blueprint import bp
from lms.kernel import clock
from lms.kernel.errors import NotThere
from lms.web.access import public
from lms.web.limits import limiter


@bp.route("/join", methods=["GET", "POST"])
@public
@limiter.limit("60 per minute", methods=["POST"])
def type_code() -> ResponseReturnValue:
    """Takes the code that HR printed."""
    form = CodeForm()
    if form.validate_on_submit():
        code = rules.print_code(rules.normalise_code(form.code.data or "")) or "-"
        return redirect(url_for("accounts.join", token=code), 303)
    return render_template("accounts/type_code.html", form=form), 422 if form.errors else 200


@bp.route("/join/<token>", methods=["GET", "POST"])
@public
@limit_codes
def join(token: str) -> ResponseReturnValue:
    """Lets the holder of a printed code choose a password, once, and signs them in."""
    try:
        _code, holder = queries.load_code(rules.digest_code(rules.normalise_code(token)), clock.now())
    except NotThere:
        return render_template("accounts/code_unknown.html"), 404
    form = NewPasswordForm(holder)
    if form.validate_on_submit():
        holder.actor = queries.load_actor(holder, clock.today())  # type: ignore[misc]
        operations.use_code(holder.actor, holder, form.password.data)
        login_user(holder)
        flash(_("Your password is saved. Next time, sign in with your staff number or e-mail."), "good")
        return redirect(url_for("home.my"), 303)
    return render_template("accounts/join.html", form=form, holder=holder), 422 if form.errors else 200


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Remembers the language of pages on this device."""
    response = redirect(_back(request.form.get("next", "")), 303)
    chosen = request.form.get("language", "")
    if chosen.isalpha() and len(chosen) <= 3:
        response.set_cookie("language", chosen, max_age=365 * 86400, samesite="Lax", httponly=True)
    return response


def _back(path: str) -> str:
    # Only a path of this site: anything with a scheme, a host or a backslash would lead elsewhere.
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if inside and path.isprintable() else url_for("home.index")
