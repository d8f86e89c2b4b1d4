"""The front door: ``/`` leads everybody to where their day begins."""
