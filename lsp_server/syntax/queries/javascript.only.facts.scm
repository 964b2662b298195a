; JavaScript adds nothing to javascript.facts.scm.
