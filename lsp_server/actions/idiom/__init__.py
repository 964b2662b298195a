"""One migrated view as a route of FastAPI's own: what it is, what must hold, what changes."""
