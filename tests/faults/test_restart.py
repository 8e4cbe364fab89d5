"""F22: PostgreSQL restarted the hard way while people sign; what nobody could know the fate of is settled by the nonce."""

from pathlib import Path

from tests.counts import times
from tests.databases import IS_POSTGRESQL, PostgresqlDatabases, postgresql_server, restart_at_once
from tests.faults.campaign import strike
from tests.faults.site import site_at

if IS_POSTGRESQL:

    def test_r8_holds_while_postgresql_restarts(tmp_path: Path) -> None:
        # A server of its own: the others' tests go on.
        with postgresql_server(is_durable=True) as address, site_at(tmp_path, PostgresqlDatabases(address).fresh(tmp_path)) as site:
            outcome = strike(site, times(20), lambda _site: restart_at_once(address), seed=22)
        print(outcome)
        assert outcome.books.problems == []
        assert outcome.surprises == []
        assert outcome.put_off.total() > 0, "the restarts have to hit somebody"
