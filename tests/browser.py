"""Find a Chromium for the browser tests, or install one: `python tests/browser.py --install`.

`make test` and the `browser` fixture share this file, so both take the same browser and say the same
when there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "GATESWEEP_BROWSER"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class NoBrowserError(RuntimeError):
    """No Chromium was found, or the one that was asked for does not start."""


def find_browser() -> str:
    """Path of a Chromium that starts: $GATESWEEP_BROWSER, else an installed one, else Playwright's own."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        path = shutil.which(chosen)
        if path and _starts(path):
            return path
        raise NoBrowserError(f"{VARIABLE} must be a Chromium that starts, got {chosen!r}. Correct it or unset it")
    for path in _candidates():
        if _starts(path):
            return path
    raise NoBrowserError(
        f"The browser tests need Chromium or Chrome and found none. Install one, or set {VARIABLE} to its path"
    )


def _candidates() -> Iterator[str]:
    yield from filter(None, map(shutil.which, (*NAMES, *MAC)))
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or _playwright_cache())
    for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
        yield from map(str, sorted(root.glob(pattern), reverse=True))


def _playwright_cache() -> Path:
    mac = sys.platform == "darwin"
    return Path.home() / ("Library/Caches/ms-playwright" if mac else ".cache/ms-playwright")


def _starts(path: str) -> bool:
    # A found name may be a stub: Ubuntu's chromium-browser only says where the real one is.
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_browser() -> str:
    """Path of a Chromium, installed if need be by the system's package manager, else by Playwright."""
    for command in (*package_managers("chromium"), [sys.executable, "-m", "playwright", "install", "chromium"]):
        try:
            return find_browser()
        except NoBrowserError:
            if os.environ.get(VARIABLE):
                raise
        print("No Chromium yet:", " ".join(command), flush=True)
        subprocess.run(command, stdin=subprocess.DEVNULL)
    return find_browser()


def package_managers(package: str) -> Iterator[list[str]]:
    """Commands that may install a package here, without asking anybody for a password."""
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if become_root and (not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"]).returncode):
        return
    if shutil.which("apt-get"):
        yield [*become_root, "apt-get", "update", "-q"]
        yield [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", package]
    elif shutil.which("dnf"):
        yield [*become_root, "dnf", "install", "-qy", package]


if __name__ == "__main__":
    try:
        print(install_browser() if sys.argv[1:] == ["--install"] else find_browser())
    except NoBrowserError as error:
        sys.exit(f"{error}.")
