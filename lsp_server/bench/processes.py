"""Processes of this machine: who listens at an address, and how much memory one has."""

import ipaddress
from urllib.parse import urlsplit

import psutil

from lsp_server.model.endpoint import BaseUrl, Endpoint


def listening_on(endpoint: Endpoint) -> int | None:
    """The process behind a local address; None where it is not on this machine or not seen."""
    if not isinstance(endpoint, BaseUrl):
        return None
    parts = urlsplit(endpoint.url)
    if not _is_loopback(parts.hostname or ""):
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        connections = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return None
    listening = (each for each in connections if each.status == psutil.CONN_LISTEN)
    found = (each.pid for each in listening if each.laddr and each.laddr.port == port)
    return next((pid for pid in found if pid), None)


def resident_bytes(pid: int) -> int:
    """Of the process and its children; 0 if it is gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return sum(each.memory_info().rss for each in family)
    except psutil.Error:
        return 0


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
