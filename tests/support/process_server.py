"""The application as people run it: `evalapp serve` in a process of its own, which a test may kill."""

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def family(pid: int) -> dict[int, str]:
    """The processes below one that live at this moment, with the names under which they are shown."""
    found: dict[int, str] = {}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in map(int, task.read_text().split()):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                    found[child] = Path(f"/proc/{child}/comm").read_text().strip()
                found |= family(child)
    return found


class ProcessServer:
    """Start, stop, kill and start again on the same data folder and port."""

    def __init__(
        self,
        data: Path,
        *,
        database_url: str = "",
        extra: dict[str, str] | None = None,
        module: str = "evalapp",
    ) -> None:
        self.data = data
        self.module = module
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Started again and again: what Python compiled is kept, or each start compiles every module anew.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment = kept | {
            "PYTHONPYCACHEPREFIX": str(data.parent.parent / "pycache"),
            "EVALAPP_DATA_DIR": str(data),
            "EVALAPP_DATABASE_URL": database_url,
            "EVALAPP_PUBLIC_URL": self.url,
            "PYTHONWARNINGS": "ignore",
            **(extra or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        data.mkdir(parents=True, exist_ok=True)
        self.log = data.parent / f"{data.name}.server.log"

    def command(self, *arguments: str, stdin: str = "") -> str:
        """Run `evalapp …` on the same data and return what it printed; a failure shows what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "evalapp", *arguments],
            env=self.environment,
            input=stdin.encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr.decode()[-2000:]}"
        return done.stdout.decode()

    def start(self, *options: str) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module, "serve", "--port", str(self.port), *options],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(URLError, OSError), urlopen(f"{self.url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.1)
        raise AssertionError(f"the server did not get ready: {self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """SIGKILL to the whole process group, as a power cut would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process = None

    def kill_web_worker(self) -> None:
        """SIGKILL to one of the processes that answer, as the kernel does when memory runs out; another follows it."""
        assert self.process is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            working = [pid for pid, name in family(self.process.pid).items() if name == "evalapp-web"]
            with contextlib.suppress(ProcessLookupError):
                if working:
                    return os.kill(random.choice(working), signal.SIGKILL)
            time.sleep(0.01)
        raise AssertionError(f"nothing answers any more: {self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def code_for(self, phone: str, *, seconds: float = 15) -> str:
        """The newest sign-in code that the outbox holds for a number."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            letters = [json.loads(path.read_text()) for path in (self.data / "outbox").glob("*.json")]
            codes = [one for one in letters if one["to"] == phone and one.get("code")]
            if codes:
                return str(max(codes, key=lambda one: one["at"])["code"])
            time.sleep(0.1)
        raise AssertionError(f"no code for {phone} in the outbox")
