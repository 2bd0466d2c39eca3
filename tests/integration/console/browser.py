"""Debian's Chromium without a screen.

Its methods block: call them in a thread while the service answers.
"""

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.harness.patience import SOON_S

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
# CLONE_NEWNET of <sched.h>, SIOCSIFFLAGS and IFF_UP of <net/if.h>.
NEW_NETWORK, SET_INTERFACE_FLAGS, INTERFACE_UP = 0x40000000, 0x8914, 0x1
# The page is not there yet, or was renewed between the finding of a part and its use.
NOT_YET = (NoSuchElementException, StaleElementReferenceException)
# The tests run as root, where Chromium's own sandbox does not. The pages are ours.
ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run")


class Browser:
    def __init__(self, driver: Chrome, origin: str) -> None:
        self._driver = driver
        self._origin = origin

    def open(self, path: str) -> None:
        self._driver.get(f"{self._origin}{path}")

    def type(self, name: str, text: str) -> None:
        self._soon(lambda: self._driver.find_element(By.NAME, name).send_keys(text))

    def press(self, label: str) -> None:
        """Press a button or a link, found by its label."""
        path = f"//button[normalize-space()='{label}'] | //a[normalize-space()='{label}']"
        self._soon(lambda: self._driver.find_element(By.XPATH, path).click())

    def await_text(self, text: str) -> None:
        """Wait for text in the page. Raise `TimeoutException` where it does not come."""
        self._soon(lambda: text in self._driver.find_element(By.TAG_NAME, "main").text)

    def mark(self) -> None:
        """Leave a trace in the page that a reload would wipe out."""
        self._driver.execute_script("window.marked = true")

    @property
    def marked(self) -> bool:
        return bool(self._driver.execute_script("return window.marked === true"))

    @property
    def language(self) -> str:
        return str(self._driver.find_element(By.TAG_NAME, "html").get_attribute("lang"))

    @property
    def complaints(self) -> list[str]:
        """Faults found by the browser itself: failed scripts, contents that its policy refused."""
        entries: list[dict[str, str]] = self._driver.execute("getLog", {"type": "browser"})["value"]
        return [entry["message"] for entry in entries]

    def _soon(self, done: Callable[[], bool | None]) -> None:
        """Wait until `done` does not deny it."""
        WebDriverWait(self._driver, SOON_S, ignored_exceptions=NOT_YET).until(lambda _: done() is not False)


@contextmanager
def browsing(origin: str, folder: Path, language: str) -> Iterator[Browser]:
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, f"--user-data-dir={folder}", f"--lang={language}"):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("goog:loggingPrefs", {"browser": "WARNING"})
    driver = Chrome(options=options, service=Service(DRIVER))
    try:
        yield Browser(driver, origin)
    finally:
        driver.quit()


@contextmanager
def own_network() -> Iterator[None]:
    """Give this thread, and all that it starts meanwhile, a network that is loopback alone.

    Chromium breaks off every request without an answer when an interface of the machine comes or
    goes (ERR_NETWORK_CHANGED), and each container of another test brings one. The machine's
    network stays where the system permits no other, as it does to root alone.
    """
    with Path("/proc/thread-self/ns/net").open("rb") as machine:
        try:
            _system_call("unshare", NEW_NETWORK)
        except PermissionError:
            yield
            return
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
                fcntl.ioctl(any_socket, SET_INTERFACE_FLAGS, struct.pack("16sH14x", b"lo", INTERFACE_UP))
            yield
        finally:
            _system_call("setns", machine.fileno(), NEW_NETWORK)


def _system_call(name: str, *arguments: int) -> None:
    """Call a function of the C library. Raise `OSError` where it fails."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
