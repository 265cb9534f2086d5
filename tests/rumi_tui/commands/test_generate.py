from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from support import assert_command_refused, call_command, run_command

from rumi_tui.engine.generate import Generation
from rumi_tui.engine.keep import TRIES
from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session
from rumi_tui.verse.words import words as words_of


@pytest.fixture(scope="module")
def generate(endless_file: Path):
    def run(*arguments: str, model: Path = endless_file) -> subprocess.CompletedProcess[str]:
        return call_command("rumi-generate", *arguments, "--model", str(model))

    return run


def test_verse_goes_to_standard_output_and_narration_to_standard_error(endless_file: Path, endless: Session):
    done = run_command("rumi-generate", "amber", "--seed", "7", "--lines", "3", "--model", str(endless_file))
    request = Request(form="couplet", text="amber", seed=7, lines=3, keep="strict")
    assert done.stdout == next(write_poems(endless, endless.description, request, 1)).text + "\n"
    assert done.stderr.splitlines()[0] == "endless, couplet, seed 7, temperature 0.8"
    assert done.returncode == 0


def test_a_whole_word_is_followed_by_another_unless_the_model_writes_by_itself(generate):
    texts = [
        json.loads(generate("The night", "--chars", "1", "--keep", keep, "--json", model=Path("en")).stdout)["prompt"]
        for keep in ("strict", "off")
    ]
    assert texts == ["The night ", "The night"]


def test_a_seed_gives_the_same_poem_and_no_seed_another(generate):
    runs = [generate("--chars", "60", *seed).stdout for seed in (("--seed", "5"), ("--seed", "5"), (), ())]
    assert runs[0] == runs[1]
    assert len(set(runs)) == 3


def test_the_seed_that_was_drawn_can_be_given_again(generate):
    drawn = generate("--chars", "60")
    seed = re.search(r"seed (\d+)", drawn.stderr)
    assert seed is not None
    assert generate("--chars", "60", "--seed", seed[1]).stdout == drawn.stdout


def test_json_is_one_document_and_nothing_else(generate, endless: Session):
    done = generate(
        "amber", "--json", "--seed", "7", "--chars", "30", "-n", "2", "--form", "free", "--top-k", "9", "--keep", "off"
    )
    result = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    poems = result.pop("poems")
    assert result == {
        "model": "endless",
        "model_sha256": endless.sha256,
        "form": "free",
        "prompt": "amber",
        "metre": "",
        "rhyme": "",
        "sampling": {"temperature": 0.8, "top_k": 9, "top_p": 1.0, "min_p": 0.0},
        "lines": None,
        "chars": 30,
        "keep": "off",
        "original": None,
    }
    assert [poem["seed"] for poem in poems] == [7, 8]
    for poem in poems:
        request = Request(form="free", text="amber", seed=poem["seed"], characters=30, sampling=Sampling(top_k=9))
        steps = list(Generation(endless, endless.tokenizer, request))
        assert poem["text"] == "amber" + "".join(step.text for step in steps)
        assert poem["logprob"] == pytest.approx(sum(step.logprob for step in steps))
        assert poem["ending"] == "characters"


def test_poem_n_is_the_poem_of_seed_plus_n(generate):
    settings = ("amber", "--lines", "2")
    together = generate(*settings, "-n", "3", "--seed", "40")
    alone = [generate(*settings, "--seed", str(seed)).stdout for seed in (40, 41, 42)]
    assert together.stdout == "\n\n".join(poem.removesuffix("\n") for poem in alone) + "\n"


@pytest.mark.parametrize(("lines", "chars"), [(1, None), (4, None), (None, 25), (2, 5)])
def test_a_poem_keeps_to_its_limits(generate, lines, chars):
    limits = [
        "--form",
        "free",
        *(["--lines", str(lines)] if lines else []),
        *(["--chars", str(chars)] if chars else []),
    ]
    text = generate("--seed", "1", *limits).stdout.removesuffix("\n")
    if chars:
        assert len(text) == chars
    else:
        assert text.count("\n") == lines - 1


def test_a_kept_form_has_whole_units(generate):
    lines = {keep: generate("--lines", "3", "--keep", keep).stdout.count("\n") for keep in ("strict", "off")}
    assert lines == {"strict": 4, "off": 3}


def test_a_poem_without_limits_has_sixteen_lines(generate):
    assert len(generate("--seed", "1").stdout.removesuffix("\n").split("\n")) == 16


def test_the_first_limit_that_is_reached_holds(generate):
    done = generate("--lines", "1000000000", "--chars", "5", "--json")
    assert (done.returncode, len(json.loads(done.stdout)["poems"][0]["text"])) == (0, 5)


def test_stats_are_told_on_standard_error(generate):
    done = generate("--chars", "50", "--stats")
    speed, lines, copies = done.stderr.splitlines()[-3:]
    assert re.fullmatch(
        r"50 characters in \d+\.\d+ seconds, \d+ characters/second, \d+\.\d+ seconds to the first character", speed
    )
    assert re.fullmatch(r"\d+ lines of \d+ tries, \d+ of which break the form( \([a-z ]+: \d+.*\))?", lines)
    assert "does not tell" in copies
    assert "second" not in done.stdout
    assert "tries" not in generate("--chars", "5", "--stats", "--keep", "off").stderr


def test_what_is_copied_is_told_and_refused(generate, indexed_file: Path):
    asked = ("--form", "free", "--seed", "7", "--lines", "4")
    done = generate(*asked, "--stats", "--keep", "off", model=indexed_file)
    count = len(words_of(done.stdout))
    assert done.stderr.splitlines()[-1] == (
        f"The longest run that is copied from the training text has {count} words; 100.0 % of all words "
        "are in runs of 5 or more"
    )
    [poem] = json.loads(generate(*asked, "--json", "--keep", "off", model=indexed_file).stdout)["poems"]
    assert poem["originality"] == {"longest_run": count, "copied_words": count, "words": count}
    done = generate(*asked, "--stats", "--original", "5", model=indexed_file)
    assert done.stderr.splitlines()[-1] == "No run of 5 words or more is copied from the training text"
    result = json.loads(generate(*asked, "--json", "--original", "5", model=indexed_file).stdout)
    assert result["original"] == 5
    assert result["poems"][0]["text"] + "\n" == done.stdout


def test_lines_that_break_the_form_are_told(generate):
    done = generate("--form", "couplet", "--lines", "4", "--seed", "7", "--keep", "loose")
    broken = [line for line in done.stderr.splitlines() if "breaks the form" in line]
    assert broken
    assert all(re.fullmatch(r"Seed 7, line [1-4] breaks the form: [a-z, ]+", line) for line in broken)


def test_json_tells_how_each_line_was_found(generate):
    [poem] = json.loads(generate("--json", "--seed", "7", "--lines", "3", "--keep", "loose").stdout)["poems"]
    assert [line["line"] for line in poem["kept"]] == poem["text"].split("\n")
    assert {line["tries"] for line in poem["kept"]} == {TRIES["loose"]}


@pytest.mark.parametrize("prompt", ["", "amber can"])
def test_a_model_of_words_is_written_with_by_the_same_command(generate, word_pair, words: Session, prompt):
    for seed in range(100):
        request = Request(form="couplet", text=prompt, seed=seed, characters=61)
        poem = Generation(words, words.tokenizer, request)
        verse = "".join(step.text for step in poem)
        if poem.ending == "characters":  # the model did not end it before
            break
    assert len(verse) == 61
    done = generate(prompt, "--seed", str(seed), "--chars", "61", "--stats", "--keep", "off", model=word_pair[1])
    assert done.stdout == prompt + verse + "\n"
    assert done.stderr.splitlines()[-2].startswith("61 characters in ")


@pytest.mark.parametrize(
    ("arguments", "status", "pattern"),
    [
        (["--temperature", "9"], 2, "--temperature"),
        (["--temperature", "hot"], 2, "--temperature"),
        (["--temperature", "nan"], 2, "--temperature"),
        (["--top-p", "0"], 2, "--top-p"),
        (["--top-k", "-1"], 2, "--top-k"),
        (["--min-p", "2"], 2, "--min-p"),
        (["--lines", "0"], 2, "--lines"),
        (["--chars", "0"], 2, "--chars"),
        (["-n", "0"], 2, "-n"),
        (["--seed", str(2**32)], 2, "--seed"),
        (["--original", "4"], 2, "--original"),
        (["--original", "5"], 1, "does not tell what its training text holds"),
        (["--original", "5", "--keep", "off"], 1, "set no limit on copying"),
        (["--form", "sonnet"], 1, "sonnet.*couplet or free"),
        (["--form", "ghazal"], 1, "ghazal.*couplet or free"),
        (["--nonsense"], 2, "--nonsense"),
        (["one", "two"], 2, "two"),
        (["--lines"], 2, "--lines"),
    ],
)
def test_wrong_use_is_told_in_one_line(generate, arguments, status, pattern):
    assert_command_refused(generate(*arguments), status, pattern)


def test_drafts_and_poems_cannot_both_be_counted(generate):
    assert_command_refused(generate("-n", "3", "--drafts", "3"), 2, "leave one of them out")


def test_a_seed_that_leaves_no_room_for_all_poems_is_refused_before_any_is_written(generate):
    done = generate("--seed", str(2**32 - 1), "-n", "2", "--chars", "5")
    assert done.returncode in (1, 2)
    assert done.stdout == ""


@pytest.mark.parametrize("content", [None, b"", b"The reed tells of partings.\n"])
def test_a_model_that_is_none_is_told_in_one_line(generate, tmp_path: Path, content):
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    assert_command_refused(generate(model=path), 1, re.escape(str(path)))


def test_debug_shows_where_an_error_came_from(generate, tmp_path: Path):
    assert "Traceback" in generate("--debug", model=tmp_path / "missing.onnx").stderr


def test_version_and_help(generate):
    assert generate("--version").stdout == version("rumi-tui") + "\n"
    done = generate("--help")
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    for shown in ("0<=x<=5", "default: 0.8", "0.01<=x<=1", "default: 1.0", "default: en", "default 16", "--seed"):
        assert shown in words
    for option in ("--form", "--lines", "--chars", "-n", "--top-k", "--min-p", "--json", "--stats", "--version"):
        assert option in words


def test_what_the_model_never_saw_is_told_and_controls_go(generate):
    done = generate("Caf\u00e9\x1b\u202e \N{FIRE}", "--chars", "5", "--seed", "1")
    assert done.returncode == 0
    assert done.stdout.startswith("Cafe \N{FIRE}")
    assert not {"\x1b", "\u202e", "\u00e9"} & set(done.stdout)
    assert re.search("reads .*\u00e9 as e", done.stderr)
    assert re.search("does not know .*\N{FIRE}", done.stderr)


@pytest.mark.parametrize("prompt", [b"\xff\xfe".decode("utf-8", "surrogateescape"), "چراغ", "\N{FIRE}" * 3, " \n\n "])
def test_any_prompt_is_written_after(generate, prompt):
    done = generate(prompt, "--chars", "5")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_closed_pipe_leaves_no_traceback(endless_file: Path, arguments):
    more_than_a_pipe_holds = "amber " * 11_000  # 64 KiB
    command = [str(Path(sys.executable).parent / "rumi-generate"), more_than_a_pipe_holds, "--chars", "9", *arguments]
    pipe = f"{shlex.join(command)} --model {shlex.quote(str(endless_file))} | head -c 1"
    done = subprocess.run(["sh", "-c", 'eval "$(cat)"'], input=pipe, capture_output=True, text=True, check=True)
    assert len(done.stdout) == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_drafts_are_the_poems_of_their_seeds_the_best_first_each_with_the_reason(generate):
    asked = ("amber", "--seed", "7", "--lines", "4", "--keep", "loose")
    drafts, poems = generate(*asked, "--drafts", "4"), generate(*asked, "-n", "4")
    assert sorted(drafts.stdout.rstrip("\n").split("\n\n")) == sorted(poems.stdout.rstrip("\n").split("\n\n"))
    found = json.loads(generate(*asked, "--drafts", "4", "--json").stdout)["poems"]
    assert [poem["text"] for poem in found] == drafts.stdout.rstrip("\n").split("\n\n")
    ranks = [tuple(poem["rank"].values()) for poem in found]
    assert ranks == sorted(ranks)
    assert sorted(poem["seed"] for poem in found) == [7, 8, 9, 10]
    told = [line for line in drafts.stderr.splitlines() if line.endswith(" bits")]
    assert [int(re.search(r"\d+", line)[0]) for line in told] == [poem["seed"] for poem in found]
    assert "4 of 4 drafts written" in drafts.stderr
