"""Who may: permissions by role and reach, and the arithmetic of the audit chain. Writing grants is an action."""
