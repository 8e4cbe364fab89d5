"""What several migrations do that Alembic has no words for, in the words of either database."""

import sqlalchemy as sa
from alembic import op


def is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def freeze(name: str, table: str, act: str) -> None:
    """A trigger that refuses the act, such as “UPDATE OF kind, reason”."""
    if is_sqlite():
        body = f"BEGIN SELECT RAISE(ABORT, 'a row of {table} never changes'); END"
    else:
        body = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {body}")


def thaw(name: str, table: str) -> None:
    op.execute(f"DROP TRIGGER {name}" if is_sqlite() else f"DROP TRIGGER {name} ON {table}")


def change_check(table: str, constraint: str, before: str, after: str) -> None:
    """Another condition in a CHECK of a table that others refer to: SQLite would have to make all of them anew.

    What is stored does not change, and for that case SQLite’s manual on ALTER TABLE describes the edit of the schema itself.
    """
    if not is_sqlite():
        op.drop_constraint(op.f(constraint), table, type_="check")
        op.create_check_constraint(op.f(constraint), table, after)
        return
    edit_schema(table, before, after)


def let_be_empty(table: str, column: str) -> None:
    """Lets an INTEGER column be NULL, in a table that others refer to."""
    if is_sqlite():
        edit_schema(table, f"{column} INTEGER NOT NULL", f"{column} INTEGER")
    else:
        op.alter_column(table, column, nullable=True)


def let_not_be_empty(table: str, column: str) -> None:
    """Takes `let_be_empty` back, where no row has made use of it."""
    if is_sqlite():
        edit_schema(table, f"{column} INTEGER,", f"{column} INTEGER NOT NULL,")
    else:
        op.alter_column(table, column, nullable=False)


def edit_schema(table: str, before: str, after: str) -> None:
    """Other words in what SQLite keeps as the definition of a table: only for what no stored row is touched by."""
    connection = op.get_bind()
    select_sql = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    sql: str = connection.execute(select_sql, {"table": table}).scalar_one()
    if sql.count(before) != 1:
        raise RuntimeError(f"the definition of the table {table} says “{before}” not exactly once")
    version: int = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    edit = sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table")
    connection.execute(edit, {"sql": sql.replace(before, after), "table": table})
    connection.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
