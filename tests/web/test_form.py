"""Our request reads a form as Flask's own request does."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Request
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder

from app import create_app
from ivr.config.settings import Settings
from ivr.web.voice_app import VoiceRequest

ADDRESS = "/voice"
TYPE = "application/x-www-form-urlencoded"
letters = st.text(alphabet=st.sampled_from(list("aZ09+%&=;#*<> \x00é中\U0001f600")), max_size=8)
quoted = st.text(alphabet=st.sampled_from(list("aF09+%&=;?/-")), max_size=40)


def read(body: str, request: type[Request] = VoiceRequest) -> list[tuple[str, str]]:
    """The fields of a posted body, in order."""
    environ = EnvironBuilder(ADDRESS, method="POST", data=body, content_type=TYPE).get_environ()
    return list(request(environ).form.items(multi=True))


@given(quoted)
@example("a=%FF%fe&b=%zz&=&&c==d&%3D=+")
def test_any_body_is_read_as_werkzeug_reads_it(body):
    """Broken quoting, empty names, doubled signs."""
    assert read(body) == read(body, Request)


@given(st.lists(st.tuples(letters, letters), unique_by=lambda pair: pair[0]))
def test_what_was_posted_comes_back(pairs):
    """Every name and value, in order."""
    assert read(urlencode(pairs)) == pairs


def test_the_app_reads_every_form_by_it(tmp_path):
    """No view may see another form than the one that was signed."""
    settings = Settings.load({"DATA_DIR": str(tmp_path), "LAB": "1"}, dotenv=tmp_path / "none.env")
    app = create_app(settings)
    with app.test_request_context("/voice", method="POST", data={"Digits": ["1", "2"], "To": ""}) as context:
        assert type(context.request) is VoiceRequest
        assert context.request.form.getlist("Digits") == ["1", "2"] and context.request.form["To"] == ""
    for body, kind in ((b"a=\xff", "application/x-www-form-urlencoded"), (b"a=1", "text/plain")):
        with app.test_request_context("/voice", method="POST", data=body, content_type=kind) as context:
            assert not context.request.form
