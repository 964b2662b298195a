from flask import (
    Blueprint, Response, abort, current_app, jsonify, make_response, redirect, render_template,
    render_template_string, request, session, stream_with_context, url_for,
)
from flask.views import MethodView

bp = Blueprint("pages", __name__)


@bp.route("/archive/", defaults={"page": 1})
@bp.route("/archive/page/<int:page>")
def archive(page):
    return f"Archive, page {page}"


@bp.route("/about")
@bp.route("/about-us")
def about():
    return render_template("about.html", words=["short", "a rather long word"], site_name="Own")


@bp.route("/old-about")
def old_about():
    return redirect(url_for("pages.about"), code=301)


@bp.route("/away")
def away():
    return redirect("https://example.com/ë?q=1")


@bp.route("/preferences", methods=["GET", "POST"])
def preferences():
    if request.method == "POST":
        answer = make_response(redirect(url_for("pages.preferences")))
        answer.set_cookie(
            "colour", request.form.get("colour", "blue"), max_age=3600, httponly=True, samesite="Lax",
            path="/preferences",
        )
        return answer
    if request.args.get("forget"):
        answer = make_response("forgotten")
        answer.delete_cookie("colour", path="/preferences")
        return answer
    return f"Your colour: {request.cookies.get('colour', 'none')}"


@bp.route("/visits")
def visits():
    session["visits"] = session.get("visits", 0) + 1
    return f"{session['visits']} visits"


@bp.route("/stream")
def stream():
    @stream_with_context
    def lines():
        for n in range(3):
            yield f"{request.path} {n}\n"

    return Response(lines(), mimetype="text/plain")


@bp.route("/echo", methods=["POST", "PUT"])
def echo():
    data = request.get_data(as_text=True)
    return Response(data, status=202, content_type=request.content_type or "text/plain")


@bp.route("/tuple")
def answer_of_three():
    return "three", 418, [("X-One", "1"), ("X-Two", "2")]


@bp.route("/nothing")
def nothing():
    return None


@bp.route("/teapot/<int:code>")
def teapot(code):
    abort(code)


@bp.route("/<name>/hello")
def hello(name):
    return render_template_string("Hello, {{ name }} <{{ request.args.get('x', '') }}>", name=name)


@bp.route("/<name>/welcome")
def welcome(name):
    return f"Welcome, {name}."


@bp.route("/links")
def links():
    return jsonify(
        show=url_for("posts.show", post_id=2, ref="a b"),
        external=url_for("pages.about", _external=True),
        static=url_for("static", filename="style.css"),
        archive=url_for("pages.archive", page=3),
        default=url_for("pages.archive"),
        file=url_for("files.download", name="a b/ë.txt"),
        root=request.root_path,
        host=request.host,
        name=current_app.name,
        values=request.values.to_dict(),
    )


class Counter(MethodView):
    counts = {}

    def get(self, name):
        return {"name": name, "n": self.counts.get(name, 0)}

    def post(self, name):
        by = int(request.values.get("by", 1))
        self.counts[name] = self.counts.get(name, 0) + by
        return {"name": name, "n": self.counts[name]}, 201


bp.add_url_rule("/counters/<name>", view_func=Counter.as_view("counter"))
