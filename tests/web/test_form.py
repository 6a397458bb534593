"""The quick reader of forms against the general one."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from hypothesis import example, given
from hypothesis import strategies as st

from app import create_app
from ivr.settings import Settings
from ivr.web.form import FormRequest, fields

letters = st.text(alphabet=st.sampled_from(list("aZ09+%&=;#*<> \x00é中\U0001f600")), max_size=8)
quoted = st.text(alphabet=st.sampled_from(list("aF09+%&=;?/-")), max_size=40)


def by_werkzeug(body: str) -> list[tuple[str, str]]:
    """As Werkzeug's form parser calls it."""
    return parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote")


@given(quoted)
@example("a=%FF%fe&b=%zz&=&&c==d&%3D=+")
def test_any_body_is_read_as_werkzeug_reads_it(body):
    """Broken quoting, empty names, doubled signs."""
    assert fields(body) == by_werkzeug(body)


@given(st.lists(st.tuples(letters, letters)))
def test_what_was_posted_comes_back(pairs):
    """Every name and value, in order, repeated ones too."""
    assert fields(urlencode(pairs)) == pairs


def test_the_app_reads_every_form_by_it(tmp_path):
    """No view may see another form than the one that was signed."""
    settings = Settings.load({"DATA_DIR": str(tmp_path), "LAB": "1"}, dotenv=tmp_path / "none.env")
    app = create_app(settings)
    with app.test_request_context("/voice", method="POST", data={"Digits": ["1", "2"], "To": ""}) as context:
        assert type(context.request) is FormRequest
        assert context.request.form.getlist("Digits") == ["1", "2"] and context.request.form["To"] == ""
    for body, kind in ((b"a=\xff", "application/x-www-form-urlencoded"), (b"a=1", "text/plain")):
        with app.test_request_context("/voice", method="POST", data=body, content_type=kind) as context:
            assert not context.request.form
