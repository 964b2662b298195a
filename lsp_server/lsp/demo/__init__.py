"""`penna demo`'s editor: a real client of the real server, which one can watch.

The server is a child process and knows nothing of the demo. The editor here does what editors do:
it keeps its own texts and versions, refuses an edit whose version has passed, tells every change,
and has a user who types while a reply lands.
"""
