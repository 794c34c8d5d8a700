"""The app: Panel starts here."""
