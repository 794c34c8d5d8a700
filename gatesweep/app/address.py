"""The address line: a state as a query and back, and the history that Back and Forward go through."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import panel as pn
import param

from gatesweep.app.browser import Browser
from gatesweep.app.compat import valid
from gatesweep.app.jobs import has_loop
from gatesweep.codec import read, write
from gatesweep.errors import InputError

__all__ = ["Address", "read_query", "to_query"]

REST = 0.6
"""Seconds without a change before the address line follows, so that a drag is one step of Back."""
MAX_QUERY = 4000


class Address:
    """What the address line says: it follows what is on show, once that has come to rest.

    Every change has a number, and only the newest is written; what is written says which move through the
    history (Back, Forward) was the last one heard of, so that the browser drops what was written before it moved
    on.
    """

    def __init__(self, browser: Browser, query: Callable[[], str | None]) -> None:
        """`query` gives the link to what is on show; None while the next moment would make it untrue."""
        self._browser, self._query = browser, query
        self._revision, self._replaces = 0, False

    def changed(self, replaces: bool = False) -> None:
        """Something else is on show. `replaces`: it is what a link asked for, less what the link got wrong."""
        self._revision += 1
        # A link's corrected address is no step of its own: Back would never get past it.
        self._replaces = replaces
        if has_loop():
            # What changes between a page's making and its loading would not reach the browser.
            pn.state.onload(self._write)

    async def _write(self) -> None:
        revision = self._revision
        await asyncio.sleep(REST)
        if revision == self._revision and (query := self._query()) is not None:
            self._browser.write(query, self._replaces)


def to_query(values: Mapping[str, Any], usual: Mapping[str, Any]) -> str:
    """`?name=value&...` with the values that differ from the `usual` ones; empty if none does."""
    query = urlencode({name: write(v) for name, v in values.items() if v != usual.get(name)}, safe=",*")
    return f"?{query}" if query else ""


def read_query(
    state: param.Parameterized, names: Iterable[str], query: str, ignore: Iterable[str] = ()
) -> tuple[dict[str, Any], list[str]]:
    """What a query asks for, checked against the declarations of `state`: values, and complaints.

    Nothing in a query is trusted: a value that breaks its declaration is left out with a complaint.
    """
    if len(query) > MAX_QUERY:
        return {}, [f"The link is too long ({len(query):,} characters) and was not read."]
    names, values, complaints = set(names), {}, []
    for name, text in parse_qsl(query.lstrip("?"), keep_blank_values=True):
        if name in ignore:
            continue
        if name not in names:
            complaints.append(f"The link has {_plain(name)}, which means nothing here.")
            continue
        try:
            values[name] = _read(state, name, text)
        except (InputError, ValueError, TypeError, OverflowError) as error:
            complaints.append(f"The {name} of the link was not used: {_plain(str(error), 200)}")
    return values, complaints


def _plain(text: str, length: int = 40) -> str:
    """Text from a link, without anything that a page could take for markup."""
    return re.sub(r"[<>&\"'`]", "", text)[:length]


def _read(state: param.Parameterized, name: str, text: str) -> Any:
    declared = state.param[name]
    value = read(declared, text)
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        value = type(state).check(name, value)
    return valid(declared, value)
