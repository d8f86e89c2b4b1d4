"""Desks: what each kind of reader opens first. They read from every wing and own no tables."""
