"""A simulated Jira over real HTTP: a coherent project made from a seed, with the manners and the faults of the real ones."""
