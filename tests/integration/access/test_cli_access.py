"""Tokens, and the actor at the command line."""

import pytest

from tests.integration.command import Command


def test_a_role_that_is_none_is_wrong_use(dialer: Command) -> None:
    ran = dialer("token", "create", "--role", "king", "--name", "louis")
    assert (ran.status, "'king' is not one of" in ran.complaint) == (2, True)


def test_a_token_that_ends_at_a_naive_time_is_wrong_use(dialer: Command) -> None:
    ran = dialer("token", "create", "--role", "auditor", "--name", "ada", "--expires", "2030-01-01T00:00:00")
    assert (ran.status, "has no offset" in ran.complaint) == (2, True)


def test_a_name_is_given_once(dialer: Command) -> None:
    dialer.must("token", "create", "--role", "auditor", "--name", "ada")
    ran = dialer("token", "create", "--role", "operator", "--name", "ada")
    assert (ran.status, "ada" in ran.complaint) == (1, True)


def test_a_secret_is_shown_once_and_never_listed(dialer: Command) -> None:
    created = dialer("token", "create", "--role", "auditor", "--name", "ada")
    secret = created.out.strip()
    assert secret.startswith("dlr_")
    listed = dialer("token", "list", "--json")
    assert secret not in listed.out
    assert {token["name"]: token["role"] for token in listed.json["items"]} == {
        "admin": "admin",
        "ada": "auditor",
    }


def test_the_token_of_the_environment_is_who_acts(
    dialer: Command, campaign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = dialer.must("token", "create", "--role", "auditor", "--name", "ada")["token"]
    monkeypatch.setenv("DIALER_TOKEN", secret)
    assert dialer.must("campaign", "show", campaign)["id"] == campaign
    ran = dialer("campaign", "stop", campaign)
    assert (ran.status, "auditor may not" in ran.complaint) == (1, True)


def test_a_revoked_token_does_nothing(dialer: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = dialer.must("token", "create", "--role", "admin", "--name", "eve")["token"]
    assert dialer.must("token", "revoke", "eve") == {"name": "eve", "revoked": True}
    monkeypatch.setenv("DIALER_TOKEN", secret)
    ran = dialer("campaign", "list")
    assert (ran.status, "no valid token" in ran.complaint) == (1, True)


def test_a_token_that_is_not_there_cannot_be_revoked(dialer: Command) -> None:
    ran = dialer("token", "revoke", "nobody")
    assert (ran.status, "nobody" in ran.complaint) == (1, True)
