"""What the helper module of a migrated project is put together from.

These modules are real, typed and tested, and they are also text: a project gets the definitions it
needs, flattened into one file of its own. So every module keeps to this:

* At the top there are only imports and definitions. Nothing is done when it is imported.
* Other pieces are imported by their full name, without an alias; no name is used twice in all of
  them; imports point one way, and types that would close a circle stand under `TYPE_CHECKING`.
* What an app may do without is a method or a function of its own, called by name, and keeps its
  state in itself. Then it can be left out.
* Python 3.10 is enough, and nothing of Penna or Flask is needed.

`flask_names` says which name of Flask's is which name here. What differs from Flask on purpose: the
errors that explain a mistake in debug mode (a form without its enctype, a redirect that loses a
form) are not there, a session takes no tags of one's own, and `app.run` starts uvicorn, without
Werkzeug's reloader and debugger.
"""
