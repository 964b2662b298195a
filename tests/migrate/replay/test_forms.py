"""Forms are read and filled as a browser and a person would."""

from lsp_server.migrate.replay.forms import assets, fill, forms, links, typed
from lsp_server.migrate.replay.values import PASSWORD

PAGE = """
<form action="/login?next=/a" method=post>
  <input type=hidden name=csrf value="t&amp;1">
  <input name=username><input type=password name=password>
  <input type=checkbox name=remember value=yes><input type=radio name=r value=1 checked>
  <select name=lang><option value="">-</option><option value=de>de</option></select>
  <textarea name=about>old &lt;text&gt;</textarea>
  <input type=submit name=go value=Go><input disabled name=never>
</form>
<form><input name=q value=x></form>
<form action="https://elsewhere.example/pay" method=post><input name=card></form>
<a href="b">1</a><a href="/c?d=1#e">2</a><a href="mailto:x">3</a><a href="http://[">4</a>
<link rel=stylesheet href="/static/s.css"><script src="https://cdn.example/x.js"></script>
"""


def test_a_form_is_read_with_what_its_fields_hold() -> None:
    login, search = forms(PAGE, "/a/page")
    assert (login.action, login.method) == ("/login?next=/a", "POST")
    assert [each.name for each in login.fields] == [
        "csrf", "username", "password", "remember", "r", "lang", "about", "go",
    ]  # fmt: skip
    assert (search.action, search.method) == ("/a/page", "GET")


def test_hidden_fields_are_sent_as_they_came_and_the_others_as_typed() -> None:
    login = forms(PAGE, "/a/page")[0]
    sent = fill(login, typed(login), {}).body.decode()
    assert sent.startswith("csrf=t%261&username=penna_reader&password=" + PASSWORD)
    assert "remember=yes" in sent
    assert "lang=de" in sent
    assert "go=Go" in sent
    assert "never" not in sent


def test_what_is_not_typed_stays_as_it_was() -> None:
    login = forms(PAGE, "/a/page")[0]
    sent = fill(login, {}, {}).body.decode()
    assert "about=old+%3Ctext%3E" in sent
    assert "remember" not in sent
    assert "r=1" in sent


def test_a_search_form_goes_into_the_query() -> None:
    search = forms(PAGE, "/a/page")[1]
    assert fill(search, {"q": "ë"}, {}).target == "/a/page?q=%C3%AB"


def test_a_form_with_a_file_is_sent_in_parts() -> None:
    page = "<form method=post enctype=multipart/form-data><input type=file name=f></form>"
    made = fill(forms(page, "/")[0], {}, {"f": b"abc"})
    assert b'name="f"; filename="notes.txt"' in made.body
    assert b"abc" in made.body


def test_login_and_registration_are_told_apart() -> None:
    login = forms(PAGE, "/")[0]
    assert login.is_login_like and not login.is_registration_like
    twice = PAGE.replace("<textarea", "<input type=password name=again><textarea")
    assert forms(twice, "/")[0].is_registration_like


def test_links_lead_within_the_app_only() -> None:
    assert links(PAGE, "/a/page") == ["/a/b", "/c?d=1"]
    assert assets(PAGE, "/a/page") == ["/static/s.css"]


def test_broken_html_is_read_as_far_as_it_goes() -> None:
    assert forms("<form><input name=a <b>", "/") != []
    assert forms("<form action='http://[bad'><input name=a>", "/") == []
    assert forms("\x00<<<>>><form", "/") == []


def test_an_address_in_chinese_is_quoted_as_a_browser_does() -> None:
    assert links('<a href="/中文?q=名&amp;r=%41">x</a>', "/") == [
        "/%E4%B8%AD%E6%96%87?q=%E5%90%8D&r=%41"
    ]
