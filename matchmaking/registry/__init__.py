"""Who is here: accounts, organisations, firms, and the portfolios that keep facts apart."""
