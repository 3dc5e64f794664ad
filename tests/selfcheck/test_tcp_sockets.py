"""Connections are counted by the kernel's table, whatever a program in the Pod tells."""

from grading.k8s.tcp_sockets import established

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 20 4 30 10 -1\n"
TABLE = HEAD + "".join(
    f"  {number}: {row} {REST}"
    for number, row in enumerate(
        (
            "00000000:1388 00000000:0000 0A",  # it listens on 5000
            "09002A0A:1388 01002A0A:9C40 01",
            "09002A0A:1388 01002A0A:9C41 01",
            "09002A0A:1388 01002A0A:9C42 06",  # in TIME_WAIT
            "09002A0A:1388 09002A0A:9C43 01",  # with itself
            "0100007F:1388 0100007F:9C44 01",
            "09002A0A:0050 01002A0A:9C45 01",  # at port 80
        )
    )
)
SIX = HEAD + f"  12: 0000000000000000FFFF000009002A0A:1388 0000000000000000FFFF000001002A0A:9C46 01 {REST}"


def test_connections_from_elsewhere_are_counted() -> None:
    assert established(TABLE + SIX, 5000) == 3
    assert established(TABLE + SIX, 80) == 1
    assert established(TABLE + SIX, 81) == 0
