"""The results in words: a line as each run ends, and a page for the documentation."""

import os
import statistics
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from sockets_contenders import CONTENDERS
from sockets_probe import PERIOD_SECONDS
from sockets_run import WARM_SOCKETS, Delivery, Result, Terms

HEADINGS = (
    f"{'contender':14}{'connect s':>10}{'KiB each':>9}{'at most':>9}{'p50 s':>16}{'p99 s':>16}{'all s':>16}"
    f"{'blocked ms':>12}{'gc ms':>8}{'connecting':>12}{'gc ms':>8}{'µs each':>8}{'server':>8}{'clients':>8}{'load':>7}"
)


def line(result: Result) -> str:
    """What is said of a run when it has ended: the middle of its changes, and the worst."""
    each = result.deliveries
    return (
        f"{CONTENDERS[result.contender].title:14}{result.connecting:10.1f}{result.rss / 1024:9.1f}"
        f"{result.peak / 1024:9.1f}{_both(each, _p50):>16}{_both(each, _p99):>16}{_both(each, _slowest):>16}"
        f"{1000 * _worst(each, _blocked):12.0f}{1000 * _worst(each, _collecting):8.0f}"
        f"{1000 * result.connecting_blocked:12.0f}{1000 * result.connecting_collecting:8.0f}"
        f"{_microseconds(result):8.1f}{_share(each, _server):8.0%}{_share(each, _clients):8.0%}{result.load:7.1f}"
    )


def page(report: dict[str, Any], results: list[Result], terms: Terms) -> str:
    """docs/benchmarks/sockets.md."""
    paragraphs = [
        f"""{terms.sockets:,} WebSockets are open to one server process, over loopback, and have subscribed to one list.
        Then a change of that list is made, and is delivered to all; {terms.changes} times. Time counts from the
        moment at which the request that makes the change is sent, to the moment at which a client has read the
        whole message ({_bytes(results)} bytes of JSON). No client offers compression. Nobody
        sends pings meanwhile.""",
        """This service runs whole, as `make run` has it: over SQLite, with logs from warnings on; each client asks for
        a ticket over HTTP, and spends it on its handshake. All use the token of one account. A change is a new
        task: the request is checked, the transaction committed, feed and audience are read, and then the sockets
        are told. The peers have none of that: they check a token in the handshake, and send a text that they are
        handed, aiohttp as its own example of a chat does it (a loop that awaits `send_str`), websockets through its
        `broadcast`, without compression, Tornado as its own example does it, too (a loop over `write_message`).""",
        _table(results),
        f"""Times are the middle of the {terms.changes} changes, the worst in brackets. Memory: growth of the server's
        resident set from before the first of the sockets (after {WARM_SOCKETS} others had come, heard of a change
        and gone) to when all were idle, and at the most while changes were delivered, divided by their number;
        buffers of the kernel are not in it. CPU: what all threads of the server ran for a change, divided by the
        sockets; of all columns it depends least on what else the machine does. Blocked: the longest time, in the
        worst change, in which the event loop gave nothing else a turn, as a task in the server that wakes every
        {1000 * PERIOD_SECONDS:.0f} ms found it; in brackets, what the loop's thread ran of that (the rest, it
        waited for one of the cores, or another thread). Connecting: until all had subscribed, and how long the loop
        was blocked then, the longest garbage collection being {_collected(results)}.""",
        f"""The clients are {terms.clients} processes that read straight off `epoll`. While a change was delivered they
        took {_range(results, _clients)} of what the machine's {os.cpu_count()} cores can do, the server
        {_range(results, _server)}; the rest went to whatever else ran there, or to nobody. They look at their
        sockets once in a millisecond, so times are up to that much too long.""",
        f"""{report["date"]}, {report["machine"]}, Python {report["python"]}; {_versions(report)}. Load average before a
        run: {_loads(results)}. Written by `{_command(report)}`.""",
    ]
    picture = "![When the sockets heard of a change, what one costs, how long the loop was blocked](sockets.svg)"
    return "\n\n".join([f"# {terms.sockets:,} idle sockets", picture, *map(_wrapped, paragraphs)]) + "\n"


def _table(results: list[Result]) -> str:
    head = [
        "server",
        "memory a socket",
        "at the most",
        "p50",
        "p99",
        "all",
        "CPU",
        "blocked",
        "connecting",
        "blocked then",
    ]
    lines = [f"| {' | '.join(head)} |", f"|---|{'--:|' * (len(head) - 1)}"]
    for result in results:
        each, title = result.deliveries, CONTENDERS[result.contender].title
        worst = max(each, key=_blocked)
        cells = [
            f"**{title}**" if CONTENDERS[result.contender].is_ours else title,
            f"{result.rss / 1024:.1f} KiB",
            f"{result.peak / 1024:.1f} KiB",
            *(_both(each, value) + " s" for value in (_p50, _p99, _slowest)),
            f"{_microseconds(result):.0f} µs",
            f"{1000 * worst.blocked:.0f} ms ({1000 * worst.blocked_cpu:.0f})",
            f"{result.connecting:.0f} s",
            f"{1000 * result.connecting_blocked:.0f} ms",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _wrapped(paragraph: str) -> str:
    if paragraph.startswith("|"):
        return paragraph
    return textwrap.fill(" ".join(paragraph.split()), 120, break_long_words=False, break_on_hyphens=False)


Value = Callable[[Delivery], float]


def _p50(delivery: Delivery) -> float:
    return delivery.p50 or float("nan")


def _p99(delivery: Delivery) -> float:
    return delivery.p99 or float("nan")


def _slowest(delivery: Delivery) -> float:
    return delivery.slowest or float("nan")


def _blocked(delivery: Delivery) -> float:
    return delivery.blocked


def _collecting(delivery: Delivery) -> float:
    return delivery.collecting


def _server(delivery: Delivery) -> float:
    return delivery.server_cpu


def _clients(delivery: Delivery) -> float:
    return delivery.clients_cpu


def _both(deliveries: list[Delivery], value: Value) -> str:
    """The middle one, and the worst."""
    values = [value(delivery) for delivery in deliveries]
    return f"{statistics.median(values):.3f} ({max(values):.3f})"


def _worst(deliveries: Iterable[Delivery], value: Value) -> float:
    return max(map(value, deliveries))


def _share(deliveries: list[Delivery], value: Value) -> float:
    """Of all cores, for as long as it took."""
    return sum(map(value, deliveries)) / (sum(map(_slowest, deliveries)) * (os.cpu_count() or 1))


def _range(results: list[Result], value: Value) -> str:
    shares = sorted(_share(result.deliveries, value) for result in results)
    return f"{shares[0]:.0%} to {shares[-1]:.0%}" if len(shares) > 1 else f"{shares[0]:.0%}"


def _microseconds(result: Result) -> float:
    """Of the server, for each socket that is told."""
    return 1e6 * statistics.median(map(_server, result.deliveries)) / result.sockets


def _collected(results: list[Result]) -> str:
    """The longest garbage collections while sockets came."""
    told = [f"{1000 * each.connecting_collecting:.0f} ms ({CONTENDERS[each.contender].title})" for each in results]
    return ", ".join(told)


def _bytes(results: list[Result]) -> str:
    sizes = sorted({delivery.bytes for result in results for delivery in result.deliveries})
    return f"{sizes[0]} to {sizes[-1]}" if len(sizes) > 1 else str(sizes[0])


def _versions(report: dict[str, Any]) -> str:
    return ", ".join(f"{package} {number}" for package, number in report["versions"].items())


def _loads(results: list[Result]) -> str:
    loads = [result.load for result in results]
    return f"{min(loads):.1f} to {max(loads):.1f}"


def _command(report: dict[str, Any]) -> str:
    return "make bench-sockets" + (f' OPTIONS="{report["options"]}"' if report["options"] else "")
