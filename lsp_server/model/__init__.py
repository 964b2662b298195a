"""The client's side of the model: asking it, keeping its host alive, and the files it comes from.

`protocol.Model` is all that a job sees. Nothing here imports llama_cpp or the host's code, and
nothing but `download` uses the network, save for a base URL that the user set.
"""
