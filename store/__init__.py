"""What is kept: tables, engine and sessions, idempotent upserts, frames for reading, migrations, backup. SQL lives here alone."""
