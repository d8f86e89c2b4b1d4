"""Consents: to whom a firm lets what be told, for what, from when until when, and by which words."""
