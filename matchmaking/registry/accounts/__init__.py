"""Accounts of people, their sign-in sessions, and the failures that lock a name for a while."""
