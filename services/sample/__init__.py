"""The sample workspace: one true story of an online shop, told as spreadsheets that go through the real connector."""
