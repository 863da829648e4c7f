"""Tables to which rows are only ever added: the database itself refuses to change or delete one."""

from sqlalchemy import DDL, event

from evalapp.core.base import Base


def only_added(kind: type[Base], refusal: str) -> None:
    """Have the table of `kind` refuse UPDATE and DELETE with these words. Its migration makes the same triggers."""
    table = kind.metadata.tables[kind.__tablename__]
    said = refusal.replace("'", "''")
    refuse = f"refuse_to_change_{table.name}()"
    function = f"CREATE OR REPLACE FUNCTION {refuse} RETURNS trigger LANGUAGE plpgsql AS"
    trigger = f"CREATE TRIGGER {table.name}_unchanged BEFORE UPDATE OR DELETE ON {table.name}"
    statements = {
        "sqlite": [
            f"CREATE TRIGGER {table.name}_{name} BEFORE {act} ON {table.name} BEGIN SELECT RAISE(ABORT, '{said}'); END"
            for name, act in (("unchanged", "UPDATE"), ("undeleted", "DELETE"))
        ],
        "postgresql": [
            f"{function} $$ BEGIN RAISE EXCEPTION '{said}'; END $$",
            f"{trigger} FOR EACH ROW EXECUTE FUNCTION {refuse}",
        ],
    }
    for dialect, each in statements.items():
        for statement in each:
            guard = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy left it without types
            event.listen(table, "after_create", guard.execute_if(dialect=dialect))
