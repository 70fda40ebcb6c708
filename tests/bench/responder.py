"""The cheapest possible server: the same bytes for every request. Shows what the load generator could do."""

from __future__ import annotations

import argparse
import select
import socket

from tests.bench.client import CHUNK_BYTES, HOST


def main() -> None:
    """Answer until stopped."""
    parser = argparse.ArgumentParser(description="Answer every request with the same bytes.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bytes", type=int, required=True, help="length of the body")
    given = parser.parse_args()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {given.bytes}\r\n\r\n"
    respond(given.port, head.encode() + b"x" * given.bytes)


def respond(port: int, answer: bytes) -> None:
    """Answer each request on each connection. A request comes in one piece, as the client sends it."""
    listener = socket.create_server((HOST, port))
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    connections: dict[int, socket.socket] = {}
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                accepted, _ = listener.accept()
                connections[accepted.fileno()] = accepted
                poll.register(accepted, select.EPOLLIN)
            elif not _answered(connections[number], answer):
                connections.pop(number).close()


def _answered(connection: socket.socket, answer: bytes) -> bool:
    """False once the client has gone."""
    try:
        if not connection.recv(CHUNK_BYTES):
            return False
        connection.sendall(answer)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
