"""What the finance office does with figures once they are told: closes them, restates them, matches what others say."""
