"""Expected failures: one line on standard error that says what to do, exit code 1, no traceback."""

from __future__ import annotations

import errno
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_catalog.config import Settings
from tests.contract.cli.conftest import Run, failure

COMMANDS = [["search", "登记"], ["explain", "登记"], ["rebuild"], ["verify"], ["status"]]


@pytest.mark.parametrize("arguments", [*COMMANDS, ["init"], ["serve"]])
def test_settings_when_wrong_then_every_fault_is_in_the_line(
    run_on: Run, tmp_path: Path, arguments: list[str]
) -> None:
    line = failure(
        run_on(
            tmp_path,
            *arguments,
            CATALOG_PROT="8000",
            CATALOG_PORT="99999",
            CATALOG_REGIONS="通州",
            CATALOG_SECRET="short",
        )
    )

    assert "CATALOG_PROT：没有这个设置" in line
    assert "是否指 CATALOG_PORT" in line
    assert "CATALOG_PORT：端口是 1 到 65535 的整数" in line
    assert "CATALOG_REGIONS：区划代码是六位数字" in line
    assert "CATALOG_SECRET：至少 32 个随机字符" in line
    assert "short" not in line


@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize("is_there", [True, False])
def test_store_when_it_was_never_set_up_then_the_line_says_catalog_init_or_names_the_folder(
    run_on: Run,
    tmp_path: Path,
    arguments: list[str],
    is_there: bool,
) -> None:
    data = tmp_path / "data"
    if is_there:
        data.mkdir()

    line = failure(run_on(data, *arguments))

    assert ("请先运行 catalog init" in line) if is_there else (str(data) in line)
    assert not (data / "catalog.db").exists()


def test_store_when_it_is_an_empty_file_then_the_line_says_catalog_init(run_on: Run, tmp_path: Path) -> None:
    (tmp_path / "catalog.db").touch()

    assert "请先运行 catalog init" in failure(run_on(tmp_path, "status"))


@pytest.mark.parametrize("arguments", [*COMMANDS, ["init"]])
def test_store_when_its_file_is_no_database_then_the_line_says_so(
    run_on: Run, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "catalog.db").write_bytes(b"nonsense" * 1_000)

    assert "已损坏" in failure(run_on(tmp_path, *arguments))


@pytest.mark.parametrize("arguments", [*COMMANDS, ["init"]])
@pytest.mark.parametrize("below", ["", "/deeper"])
def test_data_folder_when_it_is_a_file_then_the_line_names_it(
    run_on: Run, tmp_path: Path, arguments: list[str], below: str
) -> None:
    place = tmp_path / "file"
    place.touch()

    assert str(place) in failure(run_on(Path(f"{place}{below}"), *arguments))
    assert place.read_bytes() == b""


@pytest.mark.parametrize("arguments", [["search", "登记", "--json"], ["verify"]])
def test_index_when_there_is_none_and_none_can_be_made_then_the_line_says_catalog_rebuild(
    run_fresh: Run, fresh_settings: Settings, arguments: list[str]
) -> None:
    shutil.rmtree(fresh_settings.index)
    fresh_settings.index.touch()  # a file where the folder should be

    line = failure(run_fresh(*arguments))

    assert line.startswith("错误：没有可用的搜索索引，请先执行 catalog rebuild（")


def test_index_when_it_cannot_be_made_then_rebuild_says_why_in_one_line(
    run_fresh: Run, fresh_settings: Settings
) -> None:
    shutil.rmtree(fresh_settings.index)
    fresh_settings.index.touch()

    assert "索引目录" in failure(run_fresh("rebuild"))


def test_seed_when_it_is_missing_then_init_says_so_and_leaves_an_empty_store(
    run_on: Run, tmp_path: Path
) -> None:
    line = failure(run_on(tmp_path / "data", "init", CATALOG_SEED=str(tmp_path / "nowhere")))

    assert f"种子目录 {tmp_path / 'nowhere'} 不存在；请检查 CATALOG_SEED" in line
    assert "日志序号 0" in run_on(tmp_path / "data", "status").stdout


def test_seed_when_a_line_is_bad_then_init_names_file_and_line_and_stores_nothing(
    run_on: Run, tmp_path: Path
) -> None:
    seed = Path(shutil.copytree(Settings().seed, tmp_path / "seed"))
    with (seed / "scenarios.ndjson").open("a") as file:
        file.write('{"kind": "scenario",\n')

    line = failure(run_on(tmp_path / "data", "init", CATALOG_SEED=str(seed)))

    assert line.startswith("错误：scenarios.ndjson 第 42 行 不是有效的 JSON")
    assert "日志序号 0" in run_on(tmp_path / "data", "status").stdout


def test_seed_when_a_file_of_it_is_a_folder_then_the_line_names_it(run_on: Run, tmp_path: Path) -> None:
    seed = Path(shutil.copytree(Settings().seed, tmp_path / "seed"))
    (seed / "terms.ndjson").unlink()
    (seed / "terms.ndjson").mkdir()

    line = failure(run_on(tmp_path / "data", "init", CATALOG_SEED=str(seed)))

    assert f"无法读写 {seed / 'terms.ndjson'}（是文件夹，不是文件）" in line


def test_mappings_when_missing_then_the_line_says_which_files(run: Run, tmp_path: Path) -> None:
    line = failure(run("status", CATALOG_MAPPINGS=str(tmp_path)))

    assert "items.json" in line
    assert "scenarios.json" in line


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "sqlite://"])
def test_store_address_when_of_no_use_then_the_line_shows_what_one_looks_like(run: Run, url: str) -> None:
    line = failure(run("status", CATALOG_STORE_URL=url))

    assert "CATALOG_STORE_URL" in line
    assert "sqlite:////" in line


def test_store_address_when_it_holds_a_password_then_no_line_shows_it(run: Run) -> None:
    line = failure(run("status", CATALOG_STORE_URL="postgresql://u:geheim@127.0.0.1:1/x?connect_timeout=1"))

    assert "geheim" not in line


@pytest.fixture
def taken() -> Iterator[int]:
    """A loopback port on which somebody listens for the time of a test."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_port_when_taken_then_the_line_names_it_and_another_one(run: Run, taken: int) -> None:
    line = failure(run("serve", "--port", str(taken)))

    assert f"127.0.0.1:{taken}" in line
    assert "端口已被占用" in line
    assert f"CATALOG_PORT={taken + 1}" in line


def test_port_when_it_is_the_last_one_then_the_one_offered_exists(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")  # the last port may be free on this machine

    monkeypatch.setattr(socket.socket, "bind", refuse)

    line = failure(run("serve", "--port", "65535"))
    assert "CATALOG_PORT=8000" in line


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "::2"])
def test_address_when_it_is_not_of_this_machine_then_the_line_says_which_setting(run: Run, host: str) -> None:
    line = failure(run("serve", "--host", host))

    assert host in line
    assert "CATALOG_HOST" in line
