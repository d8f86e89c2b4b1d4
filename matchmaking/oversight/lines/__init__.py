"""Lines of statements that are not the lender's, matched with the payments banks report; and bridges of the reports."""
