"""Whatever is typed, pasted or forged: an answer or a fault of the client's, never a failure of ours."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = (
    "' OR 1=1 --",
    "*:*",
    'name:(a AND b) OR "',
    "((((((((((",
    "\\",
    '+-&&||!(){}[]^"~*?:\\/',
    "{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "%s%s%n",
    "\u202e\u200f\u2066社保",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "e\u0301" * 60,
    "\ufeff社保",
    "\U000e0041\U0010ffff\ufffe",
    "社\u0301\u0302\u0303" * 20,
    "ﷺ",
    "\r\nSet-Cookie: a=b",
    "NaN",
    "null",
    "-0",
    "٣٤٥",
    "Ⅷ㈱㍿①",
    "İıſK",
)

RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""The client keeps nothing between requests, so one may serve all examples."""

ROUTES = (
    "/v1/search?q={}",
    "/v1/suggest?q={}",
    "/v1/search?department={}",
    "/v1/search?theme={}",
    "/v1/items?department={}",
)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("route", ROUTES)
def test_read_when_the_text_is_hostile_then_answers(client: FlaskClient, route: str, word: str) -> None:
    response = client.get(route.format(quote(word)))
    assert response.status_code == 200
    assert response.get_json() is not None


@RELAXED
@given(text=st.text(max_size=120))
def test_search_when_the_text_is_any_unicode_then_never_fails(client: FlaskClient, text: str) -> None:
    response = client.get("/v1/search?q=" + quote(text, errors="surrogatepass"))
    assert response.status_code in (200, 400, 422)
    if response.status_code == 200:
        assert response.get_json()["query"]["text"] == text


@RELAXED
@given(raw=st.binary(max_size=80))
def test_search_when_the_query_string_is_any_bytes_then_never_fails(client: FlaskClient, raw: bytes) -> None:
    assert client.get("/v1/search?" + quote_from_bytes(raw, safe="=&%;+")).status_code in (200, 400, 422)
    assert client.get("/v1/search?cursor=" + quote_from_bytes(raw)).status_code in (400, 422)


@RELAXED
@given(raw=st.binary(min_size=1, max_size=80))
def test_path_when_it_is_any_bytes_then_never_fails(client: FlaskClient, raw: bytes) -> None:
    segment = quote_from_bytes(raw, safe="")
    for path in (
        f"/v1/items/{segment}",
        f"/v1/scenarios/{segment}",
        f"/schemas/{segment}.json",
        f"/{segment}",
    ):
        assert client.get(path).status_code < 500


@RELAXED
@given(
    value=st.text(
        st.characters(min_codepoint=32, max_codepoint=255, blacklist_characters="\x7f"), max_size=60
    ),
    name=st.sampled_from(
        ["If-None-Match", "X-Request-Id", "Accept", "Authorization", "Content-Length", "Range"]
    ),
)
def test_headers_when_they_are_any_text_then_never_fail(client: FlaskClient, name: str, value: str) -> None:
    variable = "CONTENT_LENGTH" if name == "Content-Length" else "HTTP_" + name.upper().replace("-", "_")
    response = client.get("/v1/items/120105-HB0001", environ_overrides={variable: value})
    assert response.status_code < 500
