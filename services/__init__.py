"""What runs beside the pages: own routes, the scheduler, the sample workspace, the demo Jira."""
