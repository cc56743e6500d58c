"""The set-up script on systems that it cannot serve: it says what to do and changes nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


class Machine:
    """A copy of what set-up reads, and a PATH with nothing on it but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.path = folder / "bin"
        self.log = folder / "log"
        (self.tree / "scripts").mkdir(parents=True)
        self.path.mkdir()
        for name in [
            "requirements.lock",
            "requirements-dev.lock",
            "requirements-build.lock",
            "pyproject.toml",
        ]:
            shutil.copy(ROOT / name, self.tree)
        shutil.copy(ROOT / "scripts" / "setup.sh", self.tree / "scripts")
        self.has_tools("bash", "cat", "cksum", "dirname", "grep")
        self.has("id", "echo 0")
        self.has("uname", '[ "$1" = -m ] && echo x86_64 || echo Linux')

    def has_tools(self, *names: str) -> None:
        """Put this machine's own tools on the PATH."""
        for name in names:
            found = shutil.which(name)
            assert found is not None
            if not (self.path / name).exists():
                (self.path / name).symlink_to(found)

    def has(self, command: str, script: str) -> None:
        """Put a command on the PATH that notes its arguments and runs a line of shell."""
        file = self.path / command
        file.write_text(f'#!/bin/bash\necho "{command} $*" >>"{self.log}"\n{script}\n')
        file.chmod(0o755)

    def has_python(self, version: str, *, new: bool) -> None:
        status = 0 if new else 1
        self.has(
            "python3",
            f'[ "$1" = --version ] && echo "Python {version}" && exit 0; exit {status}',
        )

    def set_up(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.path / "bash"), "scripts/setup.sh", *arguments],
            cwd=self.tree,
            env={"PATH": str(self.path)},
            capture_output=True,
            text=True,
        )

    def called(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def stopped(result: subprocess.CompletedProcess[str], machine: Machine) -> str:
    """The message of a run that stopped without making anything."""
    assert result.returncode == 1
    assert not (machine.tree / ".venv").exists()
    assert all(line.startswith("setup: ") for line in result.stderr.splitlines())
    return result.stderr


def test_an_old_python_is_named_with_the_remedy(machine: Machine) -> None:
    machine.has_python("3.9.2", new=False)
    message = stopped(machine.set_up(), machine)
    assert "Python 3.9.2 is too old" in message
    assert "PYTHON=/path/to/python3.12 bash scripts/setup.sh" in message


def test_an_old_python_stops_before_system_packages_are_installed(machine: Machine) -> None:
    machine.has_python("3.9.2", new=False)
    machine.has("apt-get", "exit 0")
    machine.has("dpkg-query", "exit 1")
    stopped(machine.set_up(), machine)
    assert "apt-get" not in machine.called()


def test_no_python_at_all_is_named(machine: Machine) -> None:
    assert "there is no python3 here" in stopped(machine.set_up(), machine)


@pytest.mark.parametrize(
    ("system", "manager", "advice"),
    [
        ("Darwin", "brew", "brew install cairo pango pkg-config"),
        ("Linux", "dnf", "sudo dnf install gcc gcc-c++ python3-devel"),
        ("Linux", "pacman", "sudo pacman -S base-devel"),
        ("Linux", "zypper", "sudo zypper install gcc"),
        ("Linux", "xbps-install", "the headers of Python, cairo and pango"),
    ],
)
def test_another_system_is_told_what_to_install(
    machine: Machine, system: str, manager: str, advice: str
) -> None:
    machine.has_python("3.11.4", new=True)
    machine.has("uname", f"echo {system}")
    machine.has(manager, "exit 0")
    assert advice in stopped(machine.set_up(), machine)
    assert f"{manager} " not in machine.called()


def test_without_root_and_sudo_the_packages_are_named(machine: Machine) -> None:
    machine.has_python("3.11.4", new=True)
    machine.has("apt-get", "exit 0")
    machine.has("dpkg-query", '[ "${@: -1}" = libcairo2-dev ] || echo -n installed')
    machine.has("id", "echo 1000")
    message = stopped(machine.set_up(), machine)
    assert message.endswith("apt-get install libcairo2-dev\n")
    assert "apt-get" not in machine.called()


@pytest.mark.parametrize(("kind", "compiler"), [("x86_64", "gcc libc6-dev"), ("aarch64", "g++")])
def test_a_compiler_is_asked_for_that_builds_what_has_no_wheel(
    machine: Machine, kind: str, compiler: str
) -> None:
    machine.has_python("3.11.4", new=True)
    machine.has("apt-get", "exit 0")
    machine.has("dpkg-query", "exit 1")
    machine.has("id", "echo 1000")
    machine.has("uname", f'[ "$1" = -m ] && echo {kind} || echo Linux')
    message = stopped(machine.set_up(), machine)
    assert f"apt-get install {compiler} python3-dev python3-venv " in message


def test_missing_packages_are_installed_with_sudo_and_lists_fetched_only_then(
    machine: Machine,
) -> None:
    machine.has_python("3.11.4", new=True)
    machine.has("dpkg-query", '[ "${@: -1}" = libpango1.0-dev ] || echo -n installed')
    # The first try fails, as on a machine whose package lists are empty.
    machine.has(
        "apt-get",
        f'[[ "$*" == *update ]] || [ "$(grep -c "^apt-get.* install" "{machine.log}")" -gt 1 ]',
    )
    machine.has("sudo", 'while [[ $1 == *=* || $1 == env ]]; do shift; done; exec "$@"')
    machine.has_tools("env")
    machine.has("id", "echo 1000")
    machine.set_up()
    calls = [line for line in machine.called().splitlines() if line.startswith("apt-get")]
    verbs = [re.findall("install|update", call)[0] for call in calls]
    assert verbs == ["install", "update", "install"]
    assert "--simulate" in calls[0]
    assert "libpango1.0-dev" in calls[2]
    assert "libcairo2-dev" not in calls[2]


@pytest.mark.parametrize("present", [True, False])
def test_the_browser_is_installed_for_the_tests_alone(machine: Machine, present: bool) -> None:
    machine.has_python("3.11.4", new=True)
    machine.has("dpkg-query", '[ "${@: -1}" = chromium ] || echo -n installed')
    machine.has("apt-get", "exit 0")
    machine.has_tools("env")
    if present:
        machine.has("chromium", "exit 0")
    machine.set_up()
    assert "install" not in machine.called()
    machine.set_up("browser")
    calls = [line for line in machine.called().splitlines() if "chromium" in line and "apt" in line]
    assert any("install" in call for call in calls) is not present


def test_a_browser_that_cannot_be_had_stops_nothing(machine: Machine) -> None:
    finish(machine, develops=True)
    machine.has("dpkg-query", '[ "${@: -1}" = chromium ] || echo -n installed')
    machine.has("apt-get", "exit 100")
    machine.has_tools("env")
    result = machine.set_up("browser")
    assert result.returncode == 0
    assert "apt-get could not install: chromium" in result.stderr
    assert "the tests of the classroom page are skipped" in result.stdout


def finish(machine: Machine, *, develops: bool) -> None:
    """Write what a finished set-up leaves."""
    machine.has_python("3.11.4", new=True)
    inside = machine.tree / ".venv" / "bin" / "python"
    inside.parent.mkdir(parents=True)
    inside.symlink_to(sys.executable)
    lock = "requirements-dev.lock" if develops else "requirements.lock"
    wanted = subprocess.run(
        [
            str(machine.path / "bash"),
            "-c",
            f"cat {lock} requirements-build.lock "
            "pyproject.toml scripts/setup.sh | cksum; python3 --version; pwd",
        ],
        cwd=machine.tree,
        env={"PATH": str(machine.path)},
        capture_output=True,
        text=True,
    ).stdout
    stamp = machine.tree / ".venv" / "convexplain-setup"
    stamp.write_text(wanted + "for developers\n" * develops)


@pytest.mark.parametrize("reached", [True, False])
def test_a_registry_that_cannot_be_reached_stops_nothing(machine: Machine, reached: bool) -> None:
    finish(machine, develops=True)
    machine.has_tools("cmp", "cp", "mkdir", "rm")
    shutil.copytree(ROOT / "tools" / "typescript", machine.tree / "tools" / "typescript")
    machine.has("npm", f"exit {0 if reached else 1}")
    for _ in range(2):
        result = machine.set_up("browser")
        assert result.returncode == 0
        assert ("npm could not install TypeScript" in result.stdout) is not reached
    # What is there is not installed again; what is not, is tried again.
    assert machine.called().count("npm ci") == (1 if reached else 2)


@pytest.mark.parametrize("develops", [True, False])
def test_a_finished_set_up_does_nothing_again(machine: Machine, develops: bool) -> None:
    finish(machine, develops=develops)
    assert machine.set_up().returncode == 0
    # What a developer needs is no less than what runs the program, and more than that.
    assert machine.set_up("develop").returncode == (0 if develops else 1)
    with (machine.tree / "pyproject.toml").open("a") as project:
        project.write("# changed\n")
    assert machine.set_up().returncode == 1


def test_an_argument_that_means_nothing_is_refused(machine: Machine) -> None:
    result = machine.set_up("developp")
    assert result.returncode == 2
    assert result.stderr == "setup: give nothing, develop, or browser, not developp\n"


def installs(machine: Machine, *arguments: str) -> list[str]:
    """What a set-up asks uv and pip to do, on a machine that has all else."""
    machine.has_python("3.11.4", new=True)
    machine.has("cc", "exit 0")
    machine.has("pkg-config", "exit 0")
    machine.has_tools("rm")
    inside = machine.tree / ".venv" / "bin"
    inside.mkdir(parents=True, exist_ok=True)
    (machine.path / "fake").write_text(
        f'#!/bin/bash\necho "python $*" >>"{machine.log}"\n[ "$1" != - ] || echo cython meson\n'
    )
    (machine.path / "fake").chmod(0o755)
    (inside / "python").unlink(missing_ok=True)
    (inside / "python").symlink_to(machine.path / "fake")
    result = machine.set_up(*arguments)
    assert result.returncode == 0, result.stderr
    lines = machine.called().splitlines()
    return [line for line in lines if re.match("uv|python -m pip", line)]


def test_what_runs_the_program_is_installed_without_what_builds_it(machine: Machine) -> None:
    asked = installs(machine)
    assert [line.split()[-1] for line in asked if " install " in line] == [
        "requirements-build.lock",
        "requirements.lock",
        ".",
    ]
    hashed = ["--require-hashes" in line for line in asked if " install " in line]
    assert hashed == [True, True, False]
    assert next(line for line in asked if " uninstall " in line).endswith("--yes cython meson")


def test_a_developer_keeps_what_builds_the_program(machine: Machine) -> None:
    asked = installs(machine, "develop")
    assert any(line.endswith("--no-build-isolation -r requirements-dev.lock") for line in asked)
    assert not any(" uninstall " in line for line in asked)
    machine.log.unlink()
    with (machine.tree / "pyproject.toml").open("a") as project:
        project.write("# changed\n")
    # From now on, without being asked.
    assert any(line.endswith("-r requirements-dev.lock") for line in installs(machine))


@pytest.mark.parametrize("works", [True, False])
def test_uv_installs_where_it_is_and_pip_where_it_cannot(machine: Machine, works: bool) -> None:
    machine.has("uv", f"exit {0 if works else 1}")
    asked = installs(machine)
    assert sum(line.startswith("uv --quiet pip install ") for line in asked) == 3
    assert sum(line.startswith("python ") and " install " in line for line in asked) == (
        0 if works else 3
    )
