"""``flask user …`` and ``flask roles``."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role, as_markdown
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.organisations.queries import organisation_by_key
from matchmaking.rulebook import explain

ACTOR = "shell"

user = AppGroup("user", help="Accounts of people.")


class _Words(click.ClickException):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__("\n".join(f"{explain(r, 'zh')}\n{explain(r, 'en')}" for r in refusal.reasons))


def _organisation_id(key: str) -> int:
    found = organisation_by_key(storage.session(), key)
    if found is None:
        raise _Words(Refusal(Reason("organisation_unknown", {"key": key[:80]})))
    return found.id


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    typed: str = click.prompt("密码 Password", hide_input=True, confirmation_prompt=True)
    return typed


organisation_option = click.option("--organisation", help="Public key of the organisation the person works for.")
stdin_option = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of input.")


@user.command("create")
@click.argument("login")
@click.option("--name", required=True, help="The person's name as shown.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--jurisdiction", default=EVERYWHERE, show_default=True, help="Area code, or * for the whole city.")
@organisation_option
@stdin_option
def create_user(
    login: str, name: str, role: str, jurisdiction: str, organisation: str | None, password_stdin: bool
) -> None:
    """Make an account."""
    password = _password(password_stdin)
    try:
        run_in_unit_of_work(
            commands.create_user,
            actor=ACTOR,
            login=login,
            name=name,
            role=role,
            jurisdiction=jurisdiction,
            password=password,
            organisation_id=_organisation_id(organisation) if organisation else None,
            given=True,
            at=clock.now(),
        )
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo(f"已建立 created: {commands.fold_login(login)}")


@user.command("password")
@click.argument("login")
@stdin_option
def set_password(login: str, password_stdin: bool) -> None:
    """Give an account a new password; its sessions end and its lock is lifted."""
    secret = _password(password_stdin)
    try:
        run_in_unit_of_work(commands.set_password, actor=ACTOR, login=login, password=secret, at=clock.now())
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo(f"已修改 changed: {commands.fold_login(login)}")


@user.command("role")
@click.argument("login")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--jurisdiction", default=EVERYWHERE, show_default=True)
def change_role(login: str, role: str, jurisdiction: str) -> None:
    """Give an account another role or jurisdiction; its sessions end."""
    try:
        run_in_unit_of_work(
            commands.change_role, actor=ACTOR, login=login, role=role, jurisdiction=jurisdiction, at=clock.now()
        )
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo(f"已变更 changed: {commands.fold_login(login)}")


@user.command("move")
@click.argument("login")
@click.argument("organisation")
def move_user(login: str, organisation: str) -> None:
    """Let an account work for another organisation, named by its public key; its sessions end."""
    wanted = _organisation_id(organisation)
    try:
        run_in_unit_of_work(commands.move_user, actor=ACTOR, login=login, organisation_id=wanted, at=clock.now())
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo(f"已调动 moved: {commands.fold_login(login)}")


@user.command("shut")
@click.argument("login")
def shut_user(login: str) -> None:
    """Shut an account out; what it did stays."""
    try:
        run_in_unit_of_work(commands.shut_user, actor=ACTOR, login=login, at=clock.now())
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo(f"已停用 shut: {commands.fold_login(login)}")


@user.command("unlock")
@click.argument("login")
def unlock_user(login: str) -> None:
    """Lift the lock that failed sign-ins put on an account."""
    try:
        lifted = run_in_unit_of_work(commands.unlock_user, actor=ACTOR, login=login, at=clock.now())
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo("已解除 unlocked" if lifted else "本未锁定 was not locked")


@user.command("reset-factor")
@click.argument("login")
def reset_factor(login: str) -> None:
    """Take a lost second factor away; the person's sessions end and the next sign-in sets up another."""
    try:
        taken = run_in_unit_of_work(commands.reset_factor_of, actor=ACTOR, login=login, at=clock.now())
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo("已重设 reset" if taken else "本未绑定 had none")


@user.command("rewrap-factors")
@with_appcontext
def rewrap_factors() -> None:
    """Encrypt every second factor with the present SECRET_KEY; earlier keys stand in PREVIOUS_SECRET_KEYS."""
    settings = current_app.config["SETTINGS"]
    seal = commands.Seal(settings.secret_key, settings.old_secret_keys)
    try:
        done = run_in_unit_of_work(commands.rewrap_factors, actor=ACTOR, at=clock.now(), seal=seal)
    except Refusal as refusal:
        raise _Words(refusal) from None
    click.echo(f"已改用新密钥 rewrapped: {done}")


@user.command("list")
def list_users() -> None:
    """Every account, one a line."""
    for account in queries.all_accounts(storage.session()):
        marks = [mark for mark, set_ in (("demo", account.demo), ("shut", not account.active)) if set_]
        click.echo("\t".join([account.login, account.name, account.role, account.jurisdiction, ",".join(marks)]))


@click.command("roles")
@with_appcontext
def roles() -> None:
    """Print the role × permission matrix as Markdown (docs/roles.md)."""
    click.echo(as_markdown(), nl=False)
