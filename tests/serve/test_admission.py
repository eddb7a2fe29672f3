"""Who is let in: whoever comes from our own page, and has the token."""

import pytest

from tui_gan.serve.admission import Admission

ADMISSION = Admission(8000, "secret")
OURS = {"Host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    "headers",
    [
        OURS,
        {"Host": "localhost:8000"},
        OURS | {"Origin": "http://127.0.0.1:8000"},
        {"Host": "localhost:8000", "Origin": "http://localhost:8000"},
    ],
)
def test_our_own_page_is_let_in_with_the_token_alone(headers: dict[str, str]) -> None:
    assert ADMISSION.refusal(headers, "secret") == ""
    for wrong in ("", "secre", "secrets", "Secret", "sécret", "\udcff"):
        assert "token" in ADMISSION.refusal(headers, wrong)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": ""},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:8001"},
        {"Host": "evil.example:8000"},
        {"Host": "127.0.0.1.evil.example:8000"},
        {"Host": "evil.example:8000", "Origin": "http://evil.example:8000"},
        OURS | {"Origin": "http://evil.example"},
        OURS | {"Origin": "http://127.0.0.1"},
        OURS | {"Origin": "http://127.0.0.1:8001"},
        OURS | {"Origin": "https://127.0.0.1:8000"},
        OURS | {"Origin": "null"},
        OURS | {"Origin": ""},
    ],
)
def test_nobody_else_is_whatever_he_has(headers: dict[str, str]) -> None:
    assert ADMISSION.refusal(headers, "secret")


def test_the_usual_port_is_not_said() -> None:
    usual = Admission(80, "secret")
    assert usual.refusal({"Host": "127.0.0.1", "Origin": "http://127.0.0.1"}, "secret") == ""
    assert usual.refusal({"Host": "127.0.0.1:80"}, "secret") == ""
    assert usual.refusal({"Host": "127.0.0.1", "Origin": "http://evil.example"}, "secret")


def test_each_server_has_a_token_and_a_cookie_of_its_own() -> None:
    one, other = Admission(8000), Admission(8001)
    assert one.token != other.token
    assert len(one.token) >= 32
    assert one.cookie != other.cookie
    assert one.link == f"http://127.0.0.1:8000/?token={one.token}"
    assert one.token not in repr(one)
