"""对账确认单: a bank's month on one sheet, made by one person, checked by another, sealed; and who is asked again."""
