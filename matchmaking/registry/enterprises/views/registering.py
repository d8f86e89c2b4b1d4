"""The page on which a firm registers itself."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import public
from matchmaking.foundation.access.login import carried, carry, viewer_or_none
from matchmaking.foundation.web.limits import limit_register
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.accounts.commands import Place
from matchmaking.registry.enterprises import commands
from matchmaking.registry.enterprises.forms import RegisterForm
from matchmaking.registry.enterprises.views.hanging import enterprises
from matchmaking.rulebook import number

FIELD_OF = {
    "login_taken": "login",
    "login_malformed": "login",
    "zone_elsewhere": "zone",
    "county_unknown": "area",
    "enterprise_taken": "uscc",
    "name_needed": "name",
    "name_long": "name",
}
"""Where on the page a refusal stands; those of passwords at the password, others at the head."""


@enterprises.get("/register")
@public("a firm that is not registered has nobody who could sign in")
def register() -> ResponseReturnValue:
    """The form; somebody signed in goes home."""
    if viewer_or_none() is not None:
        return redirect("/", code=303)
    return _page(RegisterForm(formdata=None))


@enterprises.post("/register")
@public("a firm that is not registered has nobody who could sign in")
@limit_register
def register_now() -> ResponseReturnValue:
    """Register and sign in; the page again, with everything typed but the password, when something is refused."""
    form = RegisterForm()
    form.offer_places(business_today())
    if not form.validate_on_submit():
        return _page(form), 422
    told = commands.FirmTold(
        form.uscc.data or "", form.name.data or "", form.legal_form.data, form.area.data, form.zone.data or None
    )
    who = commands.Applicant(form.person.data or "", form.login.data or "", form.password.data or "")
    try:
        token = commands.register_enterprise(told=told, who=who, on=business_today(), at=clock.now(), place=_place())
    except Refusal as refusal:
        code = refusal.reason.code
        form.add_refusal(refusal, FIELD_OF.get(code, "password" if code.startswith("password_") else ""))
        return _page(form), 422
    carry(token)
    flash(_("登记成功，已为您登录。补全企业资料后，工信局会尽快核实。"), "success")
    return redirect(url_for("enterprises.own"), code=303)


def _page(form: RegisterForm) -> str:
    form.offer_places(business_today())
    shortest = number("password_shortest", clock.today())
    return render_template("enterprises/register.html", form=form, shortest=shortest)


def _place() -> Place:
    return Place(
        hours=current_app.config["SETTINGS"].session_hours,
        address=request.remote_addr or "",
        browser="".join(letter for letter in request.user_agent.string if letter.isprintable()),
        previous=carried(),
    )
