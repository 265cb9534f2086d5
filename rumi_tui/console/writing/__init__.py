"""The poem that is being written: its steps, its saving, and the process that writes it. No screens."""
