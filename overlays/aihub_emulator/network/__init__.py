"""Sockets, connections and the relay's certificate."""
