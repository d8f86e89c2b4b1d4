"""Evidence files by hash: on disk before the row, never under a sender's name, orphans swept."""

from matchmaking.foundation.files.commands import attach, evidence_of, remember
from matchmaking.foundation.files.models import EvidenceFile, EvidenceLink
from matchmaking.foundation.files.signatures import MEDIA
from matchmaking.foundation.files.store import Kept, bind_folder, clean_name, is_intact, keep, open_file, path_of

__all__ = [
    "MEDIA",
    "EvidenceFile",
    "EvidenceLink",
    "Kept",
    "attach",
    "bind_folder",
    "clean_name",
    "evidence_of",
    "is_intact",
    "keep",
    "open_file",
    "path_of",
    "remember",
]
