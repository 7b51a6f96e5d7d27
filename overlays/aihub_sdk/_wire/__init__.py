"""Bytes on the wire: connections and TLS, requests sent and answers read. httpx is named here only."""
