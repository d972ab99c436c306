"""The leaf room: errors, configuration, actor and scope, units, translation. Imports nothing of ours."""
