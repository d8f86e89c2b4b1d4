"""需求推送单: one need handed to one bank, from being sent to an answer."""
