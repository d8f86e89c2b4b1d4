"""Matching meetings and their sign-in sheets: who was there, frozen three workdays later."""
