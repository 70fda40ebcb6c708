"""``catalog keys``: a key is told once, listed without its secret, and revoked at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_catalog.app import open_catalog
from service_catalog.catalog.keys import SCOPES
from service_catalog.config import Settings
from service_catalog.model.errors import AccessDeniedError
from tests.contract.cli.conftest import Run, failure

ADD = ("keys", "add", "河北区 目录岗", "--region", "120105")


def added(run: Run, *options: str) -> dict[str, Any]:
    result = run(*ADD, *options, "--json")
    assert result.exit_code == 0, result.output
    made: dict[str, Any] = json.loads(result.stdout)
    return made


def listed(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("keys", "list", "--json").stdout)
    return found


def is_taken(settings: Settings, token: str, scope: str = "write") -> bool:
    catalog = open_catalog(settings)
    try:
        catalog.keys.check(token, scope)
    except AccessDeniedError:
        return False
    finally:
        catalog.close()
    return True


def test_add_when_done_then_only_the_token_is_on_standard_output(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    result = run_fresh(*ADD)

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert is_taken(fresh_settings, result.stdout.strip())
    assert "只显示这一次" in result.stderr
    assert result.stdout.strip().split(".")[1] not in result.stderr


def test_add_when_nothing_else_is_said_then_it_writes_for_a_year(run_fresh: Run) -> None:
    made = added(run_fresh)

    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=364) < left <= timedelta(days=365)
    assert (made["scopes"], made["regions"]) == (["write"], ["120105"])


def test_add_when_a_day_is_given_then_it_holds_until_its_end_in_beijing(run_fresh: Run) -> None:
    assert added(run_fresh, "--expires", "2099-12-31")["expires_at"] == "2099-12-31T16:00:00.000Z"


def test_add_when_never_is_given_then_it_does_not_expire(run_fresh: Run) -> None:
    assert added(run_fresh, "--expires", "never")["expires_at"] is None
    assert "长期有效" in run_fresh("keys", "list").stdout


def test_add_when_scopes_and_regions_are_many_then_all_are_kept(run_fresh: Run) -> None:
    made = added(run_fresh, "--region", "110112", "--scope", "write", "--scope", "read:history")

    assert (made["scopes"], made["regions"]) == (list(SCOPES), ["120105", "110112"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--region", "330102"), "本节点不能修改区划 330102 的记录"),
        (("--region", "河北"), "区划代码是六位数字"),
        (("--scope", "rite"), "没有权限 rite；可用的权限：write、read:history"),
        (("--expires", "2020-01-01"), "到期时间已过"),
    ],
)
def test_add_when_something_is_wrong_then_the_line_says_what_and_no_key_is_made(
    run_fresh: Run, options: tuple[str, ...], told: str
) -> None:
    assert told in failure(run_fresh(*ADD, *options))
    assert listed(run_fresh) == []


@pytest.mark.parametrize("day", ["tomorrow", "2027-13-01", ""])
def test_add_when_the_day_is_none_then_usage_is_explained(run_fresh: Run, day: str) -> None:
    result = run_fresh(*ADD, "--expires", day)

    assert result.exit_code == 2
    assert "2027-03-01" in result.stderr


def test_list_when_there_are_keys_then_shows_them_without_secrets(run_fresh: Run) -> None:
    made = added(run_fresh)
    secret = made.pop("token").split(".")[1]

    assert listed(run_fresh) == [made]
    for result in (run_fresh("keys", "list"), run_fresh("keys", "list", "--json")):
        assert made["id"] in result.stdout
        assert "河北区 目录岗" in result.stdout
        assert secret not in result.stdout


def test_list_when_there_is_none_then_says_how_to_make_one(run_fresh: Run) -> None:
    assert "catalog keys add" in run_fresh("keys", "list").stdout
    assert listed(run_fresh) == []


def test_revoke_when_done_then_the_key_is_refused_and_listed_as_revoked(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    made = added(run_fresh)
    assert is_taken(fresh_settings, made["token"])

    assert run_fresh("keys", "revoke", made["id"]).exit_code == 0
    assert not is_taken(fresh_settings, made["token"])
    assert [each["valid"] for each in listed(run_fresh)] == [False]
    assert "撤销" in run_fresh("keys", "list").stdout


def test_revoke_when_there_is_no_such_key_then_the_line_says_how_to_find_it(run_fresh: Run) -> None:
    assert "catalog keys list" in failure(run_fresh("keys", "revoke", "k000000000000"))


def test_revoke_when_the_whole_token_is_given_then_it_is_revoked_and_not_repeated(run_fresh: Run) -> None:
    made = added(run_fresh)
    secret = made["token"].split(".")[1]

    result = run_fresh("keys", "revoke", made["token"])
    assert [each["valid"] for each in listed(run_fresh)] == [False]
    assert secret not in result.output
    assert secret not in failure(run_fresh("keys", "revoke", f"k000000000000.{secret}"))
