import pytest

from shop import create_app


@pytest.fixture
def app():
    return create_app("shop.config.TestConfig")


@pytest.fixture
def client(app):
    return app.test_client()
