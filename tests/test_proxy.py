"""Behind nginx, set up as the guide says: the page, its files, its link and its websocket go through the proxy.

`python -m tests.test_proxy` installs nginx where the system's package manager can.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from benchmarks.classroom import Visitor, serving
from tests.browser import package_managers

GUIDE = Path(__file__).parent.parent / "docs/howto/host_for_a_class.md"
SERVER = """
error_log {folder}/error.log;
pid {folder}/pid;
daemon off;
events {{}}
http {{
    access_log off;
    {kept}
    server {{
        listen 127.0.0.1:{port};
{location}
    }}
}}
"""
KEPT = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""Folders that nginx makes for itself, wherever it may write."""


def find_nginx() -> str | None:
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))


def free_port() -> int:
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return here.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as here:
        return here.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app's address at the proxy."""
    nginx = find_nginx()
    if nginx is None:
        assert not os.environ.get("CI"), "nginx must be there in CI: python -m tests.test_proxy"
        pytest.skip("needs nginx")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    with serving("--prefix", "/lab", "--processes", "2", "--allow-origin", f"127.0.0.1:{port}") as (inside, _):
        location = re.search(r"```nginx\n(.*?)```", GUIDE.read_text(), re.DOTALL)[1]
        location = location.replace("127.0.0.1:5006", f"127.0.0.1:{urlsplit(inside).port}")
        kept = " ".join(f"{name}_temp_path {folder}/{name};" for name in KEPT)
        told = SERVER.format(folder=folder, port=port, kept=kept, location=location)
        (folder / "nginx.conf").write_text(told)
        with subprocess.Popen([nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]) as proxy:
            while proxy.poll() is None and not listens(port):
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/lab/"
            proxy.terminate()


def body(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        assert answer.url == address, "the proxy sends the visitor to another address"
        return answer.read()


def test_a_visitor_comes_in_through_the_proxy_and_is_answered(url: str) -> None:
    async def go() -> None:
        async with Visitor(url, "?gate=XOR") as visitor:
            await visitor.move("Noise level", 0.3)

    asyncio.run(go())


def test_all_files_of_the_page_come_through_the_proxy(url: str) -> None:
    page = body(url).decode()
    files = {urljoin(url, file) for file in re.findall(r"""(?:src|href)=["']([^"'#?]+)""", page)}
    assert len(files) > 3 and {urlsplit(file).netloc for file in files} == {urlsplit(url).netloc}
    for file in files:
        assert body(file)


def test_the_page_without_a_server_and_the_counters_come_through_the_proxy(url: str) -> None:
    assert body(f"{url}health").strip() == b"ok"
    assert b"gatesweep_sessions" in body(f"{url}metrics")
    assert b"<title>gatesweep" in body(f"{url}page")


def main() -> None:
    """Install nginx."""
    for command in package_managers("nginx-light"):
        if find_nginx():
            break
        subprocess.run(command, stdin=subprocess.DEVNULL)
    print(find_nginx() or "No nginx: what is asked of a proxy is not tested.")


if __name__ == "__main__":
    main()
