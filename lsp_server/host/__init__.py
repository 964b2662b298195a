"""The model host: one GGUF behind an OpenAI-compatible API on a private socket.

From the wire to llama.cpp: `server` (process, signals, idle), `endpoint` (socket), `api` and
`chat` (HTTP), `chat_request` and `wire` (JSON in, JSON out), `chat_template` (messages to
tokens), `engine_thread` (loading), `scheduler`, `sequence`, `prefix_cache` and `stream` (whose
tokens, which tokens, which are known already, what text), `engine` (llama.cpp). Nothing here
knows documents or LSP; of our own it imports `errors` alone.
"""
