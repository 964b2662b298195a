"""Both apps asked the same: what the migrated one answers otherwise is a difference.

`child/` is data: scripts that run in the project's interpreter, beside the user's code, and import
nothing of Penna. Everything else here runs in Penna, and never imports the user's code.
"""
