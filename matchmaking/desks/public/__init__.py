"""The public desk: what the platform is, and the figures that anybody may see. No bank and no firm is named here."""
