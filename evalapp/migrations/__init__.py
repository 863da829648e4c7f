"""Migrations: one numbered file a change of tables; `CURRENT` names the newest."""
