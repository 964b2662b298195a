BOARD_NAME = "instance board"
SECRET_KEY = "from the instance"
