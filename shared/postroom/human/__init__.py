"""Where people come in: the mail that hands a thread to them."""
