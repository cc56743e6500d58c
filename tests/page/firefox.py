"""Firefox, driven by WebDriver BiDi: the standard's messages over a socket, and nothing else."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path
from typing import Any, Self

PROGRAMS = ("firefox-esr", "firefox")
# Nothing is asked of anyone: no update, no report, no test whether there is a network.
_SETTINGS = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
}


def program() -> str | None:
    """The Firefox of this system; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Firefox:
    """One window of a Firefox of its own, without a screen, and what went wrong in it."""

    def __init__(self, program: str, profile: Path, size: tuple[int, int]) -> None:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in _SETTINGS.items()]
        (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [program, "--headless", "--no-remote", "--remote-debugging-port=0"]
        with (profile / "said.txt").open("w") as said:
            self.process = subprocess.Popen(
                [*command, "--profile", profile],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env={**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"},
            )
        self.problems: list[str] = []
        self._sent = 0
        address = self._listening(profile / "WebDriverBiDiServer.json")
        self._socket = socket.create_connection(address, timeout=120)
        self._shake_hands(f"{address[0]}:{address[1]}")
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.context = self.send("browsingContext.create", type="tab")["context"]
        width, height = size
        viewport = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self.context, viewport=viewport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self.process.terminate()
        self.process.wait(30)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; what happens meanwhile is watched."""
        self._sent += 1
        self._write(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._read())
            if message["type"] == "event":
                self._happened(message["method"], message["params"])
            elif message.get("id") == self._sent:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                result: dict[str, Any] = message["result"]
                return result

    def open(self, address: str) -> None:
        """Open an address, and wait until it is there."""
        self.send("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript, promises too; its value comes back by way of JSON."""
        done = self.send(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((value) => JSON.stringify(value))",
            target={"context": self.context},
            awaitPromise=True,
        )
        if done["type"] == "exception":
            raise RuntimeError(done["exceptionDetails"]["text"])
        return json.loads(done["result"].get("value", "null"))

    def pointer(self, *places: tuple[float, float], down: bool = False) -> None:
        """Move the mouse from place to place, with its button held if it is to be down."""
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0} for x, y in places
        ]
        if down:
            press = [{"type": "pointerDown", "button": 0}]
            moves = [*moves[:1], *press, *moves[1:], {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        self.send("input.performActions", context=self.context, actions=[mouse])

    def _listening(self, file: Path) -> tuple[str, int]:
        """Wait until Firefox says in its profile where it listens."""
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            if file.exists() and (text := file.read_text("utf-8").strip()).endswith("}"):
                told = json.loads(text)
                return told["ws_host"], told["ws_port"]
            time.sleep(0.05)
        raise RuntimeError(f"Firefox does not listen: {file.with_name('said.txt').read_text()}")

    def _happened(self, event: str, told: dict[str, Any]) -> None:
        if event == "network.beforeRequestSent":
            address = told["request"]["url"]
            if not address.startswith(("file:", "data:", "blob:", "about:")):
                self.problems.append(f"request: {address}")
        elif told["level"] in ("error", "warn"):
            self.problems.append(f"{told['level']}: {told['text']}")

    # The socket's protocol is RFC 6455; Firefox sends no frame that is masked or in parts.

    def _shake_hands(self, host: str) -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [
            "GET /session HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
        ]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self._exactly(1)
        assert answer.startswith(b"HTTP/1.1 101"), answer

    def _write(self, text: str) -> None:
        content, mask = text.encode(), secrets.token_bytes(4)
        length = len(content)
        if length < 126:
            head = struct.pack("!BB", 0x81, 0x80 | length)
        elif length < 1 << 16:
            head = struct.pack("!BBH", 0x81, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x81, 0x80 | 127, length)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(content))
        self._socket.sendall(head + mask + masked)

    def _read(self) -> str:
        while True:
            first, length = self._exactly(2)
            if length == 126:
                (length,) = struct.unpack("!H", self._exactly(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._exactly(8))
            content = self._exactly(length)
            if first == 0x81:
                return content.decode()
            assert first in (0x89, 0x8A), f"a frame of kind {first:#x}"  # ping and pong

    def _exactly(self, count: int) -> bytes:
        content = bytearray()
        while len(content) < count:
            part = self._socket.recv(count - len(content))
            assert part, "Firefox closed the socket"
            content += part
        return bytes(content)
