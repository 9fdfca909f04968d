"""--write-state: the last STATE that went out is kept in a file, whole, however the run ends."""

import json
import os
import signal
import stat

import pytest
from compare import assert_same_keys, true_entities
from harness import CLOSED_PIPE
from running import Running, limit_file_size, wait_until


@pytest.fixture
def api(simulate):
    return simulate(accounts=2, campaigns=3, ads=4, pins=3)


@pytest.fixture
def file(tap):
    return tap.directory / "state.json"


def both(file):
    return ["--state", str(file), "--write-state", str(file)]


def rest(file):
    """What lies in its folder beside the file."""
    return [path.name for path in file.parent.glob(file.name + ".*")]


def test_one_line_is_a_loop(tap, api, config, file):
    run = tap.run(config(api), *both(file), code=0)
    assert run.log_lines("INFO", str(file), "does not exist yet")
    assert json.loads(file.read_text()) == run.state and file.read_text().endswith("}\n")
    assert not rest(file)
    second = tap.run(config(api), *both(file), code=0)
    assert not second.log_lines("does not exist yet")
    assert not second.warnings("state")
    assert 0 < len(second.records["campaigns"]) < len(run.records["campaigns"])
    assert json.loads(file.read_text()) == second.state


def test_a_file_that_is_no_state_is_not_overwritten(tap, api, config, file):
    """As the config, named by mistake."""
    file.write_text('{"client_id": "1234567"}')
    run = tap.run(config(api), "--write-state", str(file), code=2)
    assert run.log_lines("CRITICAL", str(file), "is not a state file; refusing to overwrite it")
    assert file.read_text() == '{"client_id": "1234567"}'
    assert api.counters()["requests"] == {}


def test_the_states_of_the_way_are_kept_too(tap, simulate, config, file):
    """A run that is killed leaves the last state that its reader can have seen, or the one before."""
    api = simulate(accounts=2, campaigns=4000, ads=1, pins=3)
    with Running(tap, config(api), *both(file), catalog=tap.catalog("campaigns", "ads", "ad_groups")) as running:
        first = running.read_to("STATE")["value"]
        wait_until(file.exists, "the state is saved")
        saved = json.loads(file.read_text())
        run = running.kill()
    assert saved["bookmarks"] and (saved == first or saved in run.states)
    second = tap.run(config(api), *both(file), catalog=tap.catalog("campaigns", "ads", "ad_groups"), code=0)
    for stream in ("campaigns", "ads", "ad_groups"):
        ids = {*run.keys(stream), *second.keys(stream)}
        assert ids == {entity["id"] for entity in true_entities(api, stream)}


def test_a_signal_leaves_the_last_state(tap, simulate, config, file):
    api = simulate(accounts=2, campaigns=2000, ads=1, pins=3)
    with Running(tap, config(api), *both(file), catalog=tap.catalog("campaigns")) as running:
        running.read_to("RECORD")
        running.send(signal.SIGTERM)
        run = running.end(code=128 + signal.SIGTERM)
    assert json.loads(file.read_text()) == run.state


def test_an_incomplete_run_leaves_the_last_state(tap, api, config, file):
    api.fault("status", endpoint="/ad_accounts/{ad_account_id}/ads", status=400)
    run = tap.run(config(api), *both(file), code=1)
    assert json.loads(file.read_text()) == run.state


def test_a_refused_run_leaves_the_file_as_it_is(tap, api, config, file):
    file.write_text('{"bookmarks": {}}')
    tap.run({**config(api), "start_date": "soon"}, *both(file), code=2)
    assert file.read_text() == '{"bookmarks": {}}'


def test_a_state_whose_line_could_not_be_written_is_not_saved(tap, api, config, file):
    """The disk of the output is full; the limit is that of a file's size, below which the state file stays."""
    file.write_text('{"bookmarks": {"mine": {}}}')
    with open(tap.directory / "output.jsonl", "wb") as output:
        process = tap.start(config(api), *both(file), stdout=output, preexec_fn=lambda: limit_file_size(5_000))
        stderr = process.communicate()[1].decode()
    assert process.returncode == 1 and "cannot write to standard output" in stderr
    assert file.read_text() == '{"bookmarks": {"mine": {}}}'


def test_a_state_whose_reader_has_gone_is_not_saved(tap, api, config, file):
    file.write_text('{"bookmarks": {"mine": {}}}')
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = tap.start(config(api), *both(file), stdout=write_end)
    os.close(write_end)
    process.communicate()
    assert process.returncode in (1, CLOSED_PIPE)
    assert file.read_text() == '{"bookmarks": {"mine": {}}}'


def test_a_state_that_cannot_be_saved_is_an_incomplete_run(tap, api, config, file):
    """The folder goes while the run is on."""
    folder = tap.directory / "gone"
    folder.mkdir()
    with Running(tap, config(api), "--write-state", str(folder / "state.json"), catalog=tap.catalog("ads")) as running:
        running.read_to("RECORD")
        wait_until(lambda: not os.listdir(folder), "the trial is over")
        folder.rmdir()
        run = running.end(code=1)
    (critical,) = run.log_lines("CRITICAL")
    assert "state could not be saved" in critical and str(folder) in critical
    assert_same_keys(run.keys("ads"), [ad["id"] for ad in true_entities(api, "ads")])


PLACES = {
    "a folder that is missing": ("none/state.json", "No such file or directory"),
    "a folder that is a file": ("plain/state.json", "Not a directory"),
    "a folder in its place": ("folder", "is not a regular file"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_asked(tap, api, config, name):
    place, reason = PLACES[name]
    (tap.directory / "plain").write_text("x")
    (tap.directory / "folder").mkdir()
    run = tap.run(config(api), "--write-state", str(tap.directory / place), code=2)
    (critical,) = run.log_lines("CRITICAL", "--write-state", place)
    assert reason in critical
    assert not api.counters()["requests"]


def test_a_state_that_is_missing_is_an_error_unless_it_will_be_written(tap, api, config, file):
    other = str(tap.directory / "other.json")
    for arguments in (["--state", str(file)], ["--state", str(file), "--write-state", other]):
        run = tap.run(config(api), *arguments, code=2)
        assert run.log_lines("CRITICAL", str(file), "No such file", "leave out --state or pass the same file to --write-state")
    same = f"{tap.directory}/./state.json"
    tap.run(config(api), "--state", str(file), "--write-state", same, catalog=tap.catalog("ads"), code=0)
    assert file.exists()


def test_mode_and_link_of_the_file_are_kept(tap, api, config, file):
    target = tap.directory / "target.json"
    target.write_text("")
    target.chmod(0o640)
    file.symlink_to(target)
    tap.run(config(api), *both(file), catalog=tap.catalog("ads"), code=0)
    assert file.is_symlink() and stat.S_IMODE(target.stat().st_mode) == 0o640
    assert "ads" in json.loads(target.read_text())["bookmarks"]


def test_the_other_commands_write_no_state(tap, api, config, file):
    tap.discover(config(api), "--write-state", str(file))
    tap.run(config(api), "--test", "--write-state", str(file), rules=False, code=0)
    assert not file.exists()
