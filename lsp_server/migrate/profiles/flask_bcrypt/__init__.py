"""Flask-Bcrypt: password hashes with `bcrypt` itself; the hashes stored so far stay valid."""

from lsp_server.migrate.profile import Profile

PROFILE = Profile(
    distribution="flask-bcrypt",
    modules=("flask_bcrypt",),
    exports={
        "flask_bcrypt.Bcrypt": "Bcrypt",
        "flask_bcrypt.generate_password_hash": "bcrypt_generate_password_hash",
        "flask_bcrypt.check_password_hash": "bcrypt_check_password_hash",
    },
    pieces=("lsp_server.migrate.profiles.flask_bcrypt.pieces",),
    dependencies=("bcrypt>=3.1.1",),
    refused={},
)
