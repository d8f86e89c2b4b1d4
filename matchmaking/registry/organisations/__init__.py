"""Organisations: firms, banks with their branches, bureaus, offices; and the city's functional zones."""
