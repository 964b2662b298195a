"""Flask to FastAPI: reads a project, plans what becomes what, and rewrites it by rules alone.

Nothing here runs the user's code or asks a model, and nothing speaks LSP.
"""
