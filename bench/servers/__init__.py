"""What one would write with each library alone: ``python -m bench.servers.NAME PORT``."""
