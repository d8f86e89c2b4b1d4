"""``flask trail verify`` and ``flask trail checkpoint``."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from config import Settings
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.trail import jobs as sealing
from matchmaking.foundation.trail.keys import read_public, signing_key
from matchmaking.rulebook import LANGUAGES, explain, say

trail = AppGroup("trail", help="The append-only trail: verify it, seal it.")
language = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", help="Language of the answer.")
existing = click.Path(exists=True, dir_okay=False, path_type=Path)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@trail.command("verify")
@language
@click.option("--checkpoints", "copy", type=existing, help="A copy of the checkpoints kept elsewhere.")
@click.option("--key", "key_file", type=existing, help="The public key kept with that copy.")
def verify_command(lang: str, copy: Path | None, key_file: Path | None) -> None:
    """Read the whole trail and the facts sealed into it. Ends with 1 when anything is not as it was written."""
    settings = _settings()
    try:
        public = (
            read_public(key_file.read_text("utf-8"))
            if key_file
            else signing_key(settings.instance, settings.trail_key).public_key()
        )
        report = sealing.check(settings, public, copy)
    except Refusal as refusal:
        raise SystemExit(_broken(refusal, lang)) from None
    if report.fault:
        raise SystemExit(_broken(Refusal(report.fault.reason), lang))
    facts, wrong = sealing.check_facts()
    if wrong:
        raise SystemExit(_broken(Refusal(*wrong), lang))
    click.echo(say("chain_sound", lang, events=report.events, checkpoints=report.checkpoints, root=report.root))
    click.echo(say("facts_sound", lang, rows=facts.rows, waiting=facts.waiting))
    if report.events and not report.checkpoints:
        click.echo(say("chain_unsealed", lang), err=True)


@trail.command("checkpoint")
@language
def checkpoint_command(lang: str) -> None:
    """Sign the trail as it stands and append the checkpoint to the instance folder."""
    settings = _settings()
    try:
        sealed = sealing.seal(settings, at=clock.now())
    except Refusal as refusal:
        raise SystemExit(_broken(refusal, lang)) from None
    code = "chain_checkpoint_written" if sealed["written"] else "chain_checkpoint_current"
    click.echo(say(code, lang, size=sealed["size"], root=sealed["root"], file=str(sealing.checkpoints_file(settings))))


def _broken(refusal: Refusal, lang: str) -> int:
    for reason in refusal.reasons:
        click.echo(explain(reason, lang), err=True)
    return 1
