"""What a file needs of a Flask extension without a profile, statement by statement."""
