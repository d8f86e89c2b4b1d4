"""Addresses built once are those Flask builds."""

from __future__ import annotations

from flask import Flask, url_for

from matchmaking.foundation.web.addresses import Site


def made(kind: type[Flask]) -> Flask:
    app = kind("house", static_folder="/tmp")  # noqa: S108  nothing is read
    app.add_url_rule("/home", "home", lambda: "")
    app.add_url_rule("/thing/<key>", "thing", lambda key: "")
    return app


def test_the_same_under_every_root() -> None:
    for root in ("", "/under", ""):
        told = []
        for app in (made(Site), made(Flask)):
            with app.test_request_context("/home", environ_overrides={"SCRIPT_NAME": root}):
                twice = [url_for("home"), url_for("home"), url_for("static", filename="a.css", v="1")]
                told.append([*twice, url_for("static", filename="a.css", v="2"), url_for("thing", key="a b", q=1)])
        assert told[0] == told[1]


def test_a_root_is_not_taken_for_another() -> None:
    app, seen = made(Site), []
    for root in ("", "/under", ""):
        with app.test_request_context("/home", environ_overrides={"SCRIPT_NAME": root}):
            seen.append(url_for("home"))
    assert seen == ["/home", "/under/home", "/home"]
