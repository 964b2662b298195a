class Config:
    SECRET_KEY = "x"
    SQLALCHEMY_DATABASE_URI = "sqlite://"


class TestConfig(Config):
    TESTING = True
