from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def create_app(config="shop.config.Config"):
    app = Flask(__name__)
    app.config.from_object(config)
    db.init_app(app)
    from shop.views import bp

    app.register_blueprint(bp)

    @app.errorhandler(404)
    def missing(e):
        return render_template("missing.html"), 404

    with app.app_context():
        db.create_all()
    return app
