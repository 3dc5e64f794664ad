"""Which modules the running kernel lacks, by the files of machines of several kinds, without a guess."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from fixtures.airgap.kernel import NEEDED, missing

RELEASE = "6.12.0-55.el10.x86_64"
NAMES = [part.name for part in NEEDED]
OPTIONS = {part.option: part.name for part in NEEDED}
FILES = {name: f"kernel/net/netfilter/{name}.ko.xz" for name in NAMES}


class Machine:
    """The files that a machine shows of its kernel."""

    def __init__(self, folder: Path) -> None:
        self.modules, self.loaded = folder / "modules", folder / "loaded"
        self.configuration = folder / "config.gz"

    def install(self, loadable: list[str], built_in: list[str], release: str = RELEASE) -> None:
        (self.modules / release).mkdir(parents=True)
        dep = "".join(f"{FILES[name]}: kernel/net/netfilter/x_tables.ko.xz\n" for name in loadable)
        (self.modules / release / "modules.dep").write_text(dep, "utf-8")
        lines = "".join(f"{FILES[name].removesuffix('.xz')}\n" for name in built_in)
        (self.modules / release / "modules.builtin").write_text(lines, "utf-8")

    def configure(self, value: str, *left_out: str) -> None:
        lines = [f"{option}={value}" for option, name in OPTIONS.items() if name not in left_out]
        lines += [f"# {option} is not set" for option, name in OPTIONS.items() if name in left_out]
        self.configuration.write_bytes(gzip.compress("\n".join(["CONFIG_X86=y", *lines]).encode()))

    def missing(self) -> list[str]:
        return missing(RELEASE, modules=self.modules, loaded=self.loaded, configuration=self.configuration)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("built_in", [[], NAMES, NAMES[:3]], ids=["loadable", "built in", "some of each"])
def test_a_kernel_with_all_modules_lacks_none(machine: Machine, built_in: list[str]) -> None:
    machine.install([name for name in NAMES if name not in built_in], built_in)
    assert machine.missing() == []


@pytest.mark.parametrize("name", NAMES)
def test_each_module_that_is_not_installed_is_named(machine: Machine, name: str) -> None:
    machine.install([other for other in NAMES if other != name], [])
    assert machine.missing() == [name]


def test_without_the_package_of_extra_modules_its_modules_are_named(machine: Machine) -> None:
    """RHEL 10: kernel-modules-core has some, kernel-modules-extra the others."""
    machine.install(["vxlan", "nf_nat"], [])
    assert machine.missing() == ["xt_comment", "xt_addrtype", "xt_MASQUERADE", "ip_set", "br_netfilter"]


def test_modules_of_another_kernel_do_not_count(machine: Machine) -> None:
    """The package was installed with a newer kernel, and the machine was not restarted."""
    machine.install(NAMES, [], release="6.12.0-99.el10.x86_64")
    machine.install(["vxlan", "nf_nat"], [])
    assert "xt_comment" in machine.missing()


def test_what_is_loaded_is_there(machine: Machine) -> None:
    machine.install([], [])
    machine.loaded.write_text("".join(f"{name} 16384 1 x_tables, Live 0x0\n" for name in NAMES), "utf-8")
    assert machine.missing() == []


def test_a_module_by_its_older_name_or_with_another_spelling_counts(machine: Machine) -> None:
    machine.install([name for name in NAMES if name not in ("xt_MASQUERADE", "ip_set")], [])
    folder = machine.modules / RELEASE
    with (folder / "modules.dep").open("a", encoding="utf-8") as stream:
        stream.write(
            "kernel/net/ipv4/netfilter/ipt_MASQUERADE.ko:\nkernel/net/netfilter/ipset/ip-set.ko.zst:\n"
        )
    assert machine.missing() == []


def test_a_machine_that_shows_nothing_is_told_nothing(machine: Machine) -> None:
    assert machine.missing() == []
    (machine.modules / RELEASE).mkdir(parents=True)
    assert machine.missing() == []
    (machine.modules / RELEASE / "modules.builtin").write_text("", "utf-8")  # half of the lists
    assert machine.missing() == []


def test_a_kernel_that_has_all_built_in_needs_no_folder_of_modules(machine: Machine) -> None:
    machine.configure("y")
    assert machine.missing() == []


def test_a_kernel_that_was_made_without_a_module_lacks_it(machine: Machine) -> None:
    machine.configure("y", "vxlan", "ip_set")
    assert machine.missing() == ["ip_set", "vxlan"]


def test_modules_that_may_be_anywhere_are_not_called_missing(machine: Machine) -> None:
    """A container, or NixOS: the kernel has modules, and not in /lib/modules."""
    machine.configure("m")
    assert machine.missing() == []


def test_an_older_option_counts(machine: Machine) -> None:
    machine.configure("y", "xt_MASQUERADE")
    text = gzip.decompress(machine.configuration.read_bytes()) + b"\nCONFIG_IP_NF_TARGET_MASQUERADE=y\n"
    machine.configuration.write_bytes(gzip.compress(text))
    assert machine.missing() == []


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b", b"CONFIG_VXLAN=y", gzip.compress(b"nothing", mtime=0)],
    ids=["empty", "cut short", "not compressed", "no option"],
)
def test_a_configuration_that_cannot_be_read_says_nothing(machine: Machine, content: bytes) -> None:
    machine.configuration.write_bytes(content)
    assert machine.missing() == []
