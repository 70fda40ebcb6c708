"""``make elasticsearch``: a server in the foreground, for people to try the service on. Ctrl-C stops it."""

from __future__ import annotations

import argparse
import fcntl
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.elasticsearch import CannotRunError
from scripts.elasticsearch.distribution import unpacked
from scripts.elasticsearch.java import NEEDED, find_or_install
from scripts.elasticsearch.node import Node, Place, free_ports, heap, is_free

USUAL_PORTS = range(9200, 9300)


def main() -> int:
    """Run until stopped. 0 when stopped by the user, 1 when it could not run or ended by itself."""
    wishes = _wishes()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run(wishes)
    except CannotRunError as error:
        print(f"错误：{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _say("\nElasticsearch 已停止")
    return 0


def _wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.elasticsearch", description="在本机前台运行一个 Elasticsearch，供试用"
    )
    parser.add_argument("--port", type=int, help="端口；默认 9200，被占用时取下一个空闲端口")
    parser.add_argument(
        "--data", type=Path, default=Path("data/elasticsearch"), help="数据文件夹，停止后保留"
    )
    parser.add_argument(
        "--version", choices=NEEDED, help="Elasticsearch 版本；默认取本机 Java 能运行的最新版本"
    )
    parser.add_argument("--heap-mb", type=int, default=512, help="Java 堆内存，MB（默认 512）")
    return parser.parse_args()


def _run(wishes: argparse.Namespace) -> None:
    port = _port(wishes.port)
    choice = find_or_install(wishes.version, _say)
    home = unpacked(choice, _say)
    with ExitStack() as stack:
        folder: Path = stack.enter_context(_only_user(wishes.data))
        shutil.rmtree(folder / "config", ignore_errors=True)  # another version's, perhaps
        (transport,) = free_ports(1)
        settings = {"discovery.type": "single-node"}
        options = heap(wishes.heap_mb)
        place = Place(folder, port, transport, temporary=False, java_options=options, settings=settings)
        node = Node(choice, home, place)
        stack.callback(node.close)
        _say(f"正在启动 Elasticsearch {choice}，约需半分钟")
        node.prepare()
        node.start()
        _say(f"Elasticsearch {choice.version} 正在 {node.url} 运行，数据保存在 {folder}；按 Ctrl-C 停止")
        _say("让目录服务使用它，请设置环境变量：")
        _say(f"CATALOG_ENGINE_URL={node.url}")
        node.join()
        raise CannotRunError(f"Elasticsearch 自行停止了，原因见 {node.place.log}")


def _port(wanted: int | None) -> int:
    if wanted is not None and not is_free(wanted):
        raise CannotRunError(f"端口 {wanted} 已被占用；请换一个 --port，或不指定，由程序选取")
    for port in USUAL_PORTS if wanted is None else (wanted,):
        if is_free(port):
            return port
    raise CannotRunError(f"端口 {USUAL_PORTS[0]} 到 {USUAL_PORTS[-1]} 都被占用；请用 --port 指定其他端口")


@contextmanager
def _only_user(wanted: Path) -> Iterator[Path]:
    """The data folder, for this process alone."""
    folder = wanted.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise CannotRunError(
            f"数据文件夹 {folder} 不可写（{error.strerror}）；请用 --data 指定其他文件夹"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRunError(f"另一个 Elasticsearch 正在使用数据文件夹 {folder}") from None
        yield folder


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
