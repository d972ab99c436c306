"""What it means: pure functions over frames, each registered with title, unit, grain, direction and rule. No I/O, no clock."""
