"""Chat completions, from the request's bytes through llama.cpp to the reply's."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lsp_server.host.body import MAX_BODY
from lsp_server.host.metrics import CONTENT_TYPE
from tests.host.conftest import LONG, SCRIPTS
from tests.hosting import COMPLETIONS, N_CTX, RunningHost, chat, running_host, text_of, wait_until


@pytest.mark.parametrize("key", [key for key in SCRIPTS if key not in ("pieces", "stop", "half")])
def test_the_reply_is_exact_streamed_and_whole(host: RunningHost, key: str) -> None:
    message = f"Please {key} now"
    assert host.reply(message) == SCRIPTS[key]
    assert text_of(host.events(message)) == SCRIPTS[key]


@pytest.mark.parametrize("temperature", [0, 0.7, 2])
def test_no_temperature_changes_a_scripted_reply(host: RunningHost, temperature: float) -> None:
    assert host.reply("long", {"temperature": temperature, "top_k": 0, "top_p": 1}) == LONG


def test_penalties_reach_the_sampler_and_leave_a_certain_reply_alone(host: RunningHost) -> None:
    fields = {"frequency_penalty": 1.5, "presence_penalty": 1, "repeat_penalty": 1.1}
    assert host.reply("greet", {**fields, "temperature": 0}) == SCRIPTS["greet"]
    assert host.reply("greet", fields) == SCRIPTS["greet"]


def test_a_character_cut_across_tokens_arrives_whole(host: RunningHost) -> None:
    deltas = [text_of([event]) for event in host.events("pieces")]
    assert [text for text in deltas if text] == ["alpha ", "beta ", "世", "界", " gamma"]


def test_half_a_character_at_the_end_of_a_reply_is_dropped(host: RunningHost) -> None:
    assert host.reply("half") == "begun "


def test_chunks_come_in_order_role_progress_text_end(host: RunningHost) -> None:
    fields = {"return_progress": True, "stream_options": {"include_usage": True}}
    events = host.events("greet " + "x" * 500, fields)
    assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    progress = [event["prompt_progress"] for event in events if "prompt_progress" in event]
    read = [step["processed"] for step in progress]
    assert read == sorted(read) and len(read) > 3 and read[-1] == progress[0]["total"]
    kinds = ["t" if text_of([e]) else "p" if "prompt_progress" in e else "" for e in events]
    assert "".join(kinds) == "p" * len(progress) + "t" * (len(events) - len(progress) - 3)
    assert events[-2]["choices"][0]["finish_reason"] == "stop"
    assert events[-1]["choices"] == [] and events[-1]["usage"]["completion_tokens"] > 3
    assert len({event["id"] for event in events}) == 1


def test_the_last_chunk_has_the_timings_with_or_without_usage(host: RunningHost) -> None:
    for fields in ({}, {"stream_options": {"include_usage": True}}):
        timings = host.events("greet", fields)[-1]["timings"]
        assert timings["prompt_n"] + timings["cache_n"] > 10
        assert timings["predicted_n"] > 3 and timings["predicted_per_second"] > 0
        assert 0 < timings["prompt_computing_ms"] <= timings["prompt_ms"]
        assert 0 < timings["predicted_computing_ms"] <= timings["predicted_ms"]


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        ("END", "one, two, three, "),
        ([", two"], "one"),
        (["never", "o"], ""),
        ("END of", "one, two, three, "),
        ("END of it all", "one, two, three, END of it"),
    ],
)
def test_a_stop_string_ends_the_reply_before_it(
    host: RunningHost, stop: str | list[str], expected: str
) -> None:
    assert host.reply("stop", {"stop": stop}) == expected
    assert text_of(host.events("stop", {"stop": stop})) == expected


@pytest.mark.parametrize("n_tokens", [0, 1, 5])
def test_max_tokens_cuts_the_reply_off_and_says_so(host: RunningHost, n_tokens: int) -> None:
    whole = host.whole("long", {"max_tokens": n_tokens})
    assert whole["choices"][0]["finish_reason"] == "length"
    assert whole["usage"]["completion_tokens"] == n_tokens
    assert LONG.startswith(whole["choices"][0]["message"]["content"])


def test_a_full_window_cuts_the_reply_off_and_says_so() -> None:
    with running_host({"": LONG}, "--n-ctx", "512") as small:
        whole = small.whole("x" * 100)
        assert whole["choices"][0]["finish_reason"] == "length"
        assert whole["usage"]["total_tokens"] == 512
        assert LONG.startswith(whole["choices"][0]["message"]["content"])


def test_a_prompt_larger_than_the_window_is_refused_with_both_sizes(host: RunningHost) -> None:
    response = host.post(chat("x" * N_CTX, {"stream": True}))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "context_length_exceeded")
    assert error["n_prompt_tokens"] > error["n_ctx"] == N_CTX


def test_the_common_start_of_two_prompts_is_read_once(host: RunningHost) -> None:
    start = "shared context 世界 " * 40
    host.reply(start + "first")
    second = host.whole(start + "second")["timings"]
    assert second["cache_n"] >= len(start) and second["prompt_n"] < 100
    third = host.whole(start + "second")["timings"]
    assert third["prompt_n"] == 1
    assert host.whole(start, {"cache_prompt": False})["timings"]["cache_n"] == 0


def test_max_tokens_0_only_reads_the_prompt_for_the_next_request(host: RunningHost) -> None:
    host.whole("warm " * 100, {"max_tokens": 0})
    assert host.whole("warm " * 100 + "greet")["timings"]["cache_n"] >= 500


@pytest.mark.parametrize("fields", [{"max_tokens": 0}, {"warm_up": True}])
def test_a_warm_up_answers_with_nothing_and_what_it_cost(
    host: RunningHost, fields: dict[str, object]
) -> None:
    whole = host.whole(f"{fields} greet", fields)
    choice = whole["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == ("", "length")
    assert whole["usage"]["completion_tokens"] == 0
    assert whole["timings"]["cache_n"] + whole["timings"]["prompt_n"] > 10
    assert host.whole(f"{fields} greet")["timings"]["prompt_n"] == 1
    events = host.events("greet", fields)
    assert text_of(events) == "" and events[-1]["choices"][0]["finish_reason"] == "length"


def test_a_warm_up_gives_way_to_a_request_at_once(host: RunningHost) -> None:
    text = "all of it is read " * 1500
    with host.streaming(text, {"warm_up": True, "return_progress": True}) as response:
        lines = response.iter_lines()
        assert next(n for n in map(_processed, lines) if n >= 512) < len(text)
        assert host.reply("greet") == SCRIPTS["greet"]
        rest = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    assert rest[-1]["choices"][0]["finish_reason"] == "length"
    assert rest[-1]["timings"]["prompt_n"] < len(text)


def test_a_request_may_want_no_drafts(host: RunningHost) -> None:
    prediction = {"type": "content", "content": LONG}
    fields = {"prediction": prediction, "speculative.n_max": 0, "max_tokens": 60}
    whole = host.whole("long", fields)
    assert whole["timings"]["draft_n"] == 0
    assert LONG.startswith(whole["choices"][0]["message"]["content"])


def test_a_prediction_is_drafted_and_changes_no_reply(host: RunningHost) -> None:
    for prediction in (LONG, LONG[:4000] + "<|im_end|> 世界" + LONG[4100:], "nothing of it"):
        fields = {"prediction": {"type": "content", "content": prediction}}
        whole = host.whole("long", fields)
        timings = whole["timings"]
        assert whole["choices"][0]["message"]["content"] == LONG
        assert timings["draft_n"] >= timings["draft_n_accepted"]
        assert whole["usage"]["completion_tokens"] == timings["predicted_n"]


def test_a_control_token_in_a_message_is_plain_text(host: RunningHost) -> None:
    tokens = host.whole("<|im_end|>", {"max_tokens": 0})["usage"]["prompt_tokens"]
    ten = host.whole("0123456789", {"max_tokens": 0})["usage"]["prompt_tokens"]
    assert tokens == ten
    assert host.reply("<|script0|> \ufdd00\ufdd1 <|im_start|>") == SCRIPTS[""]


def test_clients_at_the_same_time_get_their_own_replies(host: RunningHost) -> None:
    keys = ["long", "greet", "repeat", ""] * 5
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda key: text_of(host.events(key)), keys))
    assert replies == [SCRIPTS[key] for key in keys]


def test_a_closed_connection_stops_the_prefill_and_keeps_what_was_read(host: RunningHost) -> None:
    message = "a long prompt " * 2000
    with host.streaming(message, {"return_progress": True}) as response:
        read = next(n for n in map(_processed, response.iter_lines()) if n >= 512)
    assert host.reply("greet me") == SCRIPTS["greet"]
    with host.streaming(message, {"return_progress": True}) as response:
        again = next(n for n in map(_processed, response.iter_lines()) if n)
    assert again < len(message), f"the first was stopped after {read}, not read to its end"


def test_a_closed_connection_cancels_all_choices(host: RunningHost) -> None:
    def n_cancelled() -> float:
        return _metric(host, 'penna_requests_total{how="cancelled"}')

    # Who left in the test before may not have ended yet.
    wait_until(lambda: _metric(host, "penna_requests_running") == 0)
    before = n_cancelled()
    fields = {"return_progress": True, "n": 3}
    with host.streaming("choose among three " * 1500, fields) as response:
        next(n for n in map(_processed, response.iter_lines()) if n >= 512)
    wait_until(lambda: n_cancelled() == before + 3)
    assert _metric(host, "penna_requests_running") == 0


def test_a_resent_prompt_goes_on_where_the_cancelled_one_was_stopped(host: RunningHost) -> None:
    message = "another long prompt " * 400
    with host.streaming(message, {"return_progress": True}) as response:
        read = next(n for n in map(_processed, response.iter_lines()) if n >= 512)
    assert host.whole(message)["timings"]["cache_n"] >= read


def test_a_client_that_gives_up_on_a_whole_reply_frees_the_engine(host: RunningHost) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(host.socket))
        body = json.dumps(chat("b" * 30000)).encode()
        head = f"POST {COMPLETIONS} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
    assert host.reply("greet") == SCRIPTS["greet"]


def test_a_storm_of_disconnects_spoils_no_other_reply_and_leaks_nothing(host: RunningHost) -> None:
    process = psutil.Process(host.process.pid)
    n_files = process.num_fds()

    def leave_early(number: int) -> None:
        key = ("long", "c" * 9000, "greet")[number % 3]
        with host.streaming(f"{number} {key}", {"return_progress": True}) as response:
            chunks = response.iter_raw()
            for _ in range(number % 5):
                next(chunks, b"")

    def come_and_go(number: int) -> None:
        if number % 7:
            leave_early(number)
        else:
            assert text_of(host.events(f"{number} greet")) == SCRIPTS["greet"]

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(come_and_go, range(300)))
    assert host.reply("long") == LONG
    wait_until(lambda: process.num_fds() <= n_files)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\x00", b'{"messages": 1}', b'{"teleport": 1}'])
def test_a_malformed_request_is_refused_in_openais_form(host: RunningHost, body: bytes) -> None:
    response = host.post(body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.json()["error"]["message"].endswith(".")


def test_a_body_without_end_is_refused(host: RunningHost) -> None:
    response = host.post(b" " * (MAX_BODY + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


def test_metrics_count_what_was_done_in_prometheus_form(host: RunningHost) -> None:
    def counted() -> dict[str, float]:
        response = host.get("/metrics")
        assert response.headers["content-type"] == CONTENT_TYPE
        families = text_string_to_metric_families(response.text)
        return {each.name: each.value for family in families for each in family.samples}

    before, usage = counted(), host.whole("greet")["usage"]
    after = counted()
    grown = {name: after[name] - before[name] for name in after}
    assert grown["penna_tokens_written_total"] == usage["completion_tokens"]
    assert (
        grown["penna_tokens_read_total"] + grown["penna_tokens_reused_total"]
        == usage["prompt_tokens"]
    )
    assert after["penna_requests_running"] == 0


def test_unknown_paths_and_methods_are_refused_in_openais_form(host: RunningHost) -> None:
    assert "error" in host.get("/v1/teleport").json()
    response = host.get("/v1/chat/completions")
    assert response.status_code == 405 and "error" in response.json()


def test_health_and_models_say_what_is_served(host: RunningHost) -> None:
    health = host.get("/health").json()
    assert health["status"] == "ok" and health["pid"] == host.process.pid
    assert (health["model"], health["n_ctx"]) == (str(host.model), N_CTX)
    assert host.get("/v1/models").json()["data"][0]["id"] == "scripted"


def _processed(line: str) -> int:
    """How many tokens of the prompt a line of the stream says have been read."""
    if not line.startswith("data: {"):
        return 0
    return int(json.loads(line[6:]).get("prompt_progress", {}).get("processed", 0))


def _metric(host: RunningHost, name: str) -> float:
    lines = host.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])
