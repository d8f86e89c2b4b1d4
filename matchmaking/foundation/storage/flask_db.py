"""Flask-SQLAlchemy's handle on the same tables, for Flask-Migrate only; everything else uses the plain session."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy

from matchmaking.foundation.storage.base import Base

db = SQLAlchemy(model_class=Base, disable_autonaming=True)
