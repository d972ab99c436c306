"""The page on the audience's phones: plain HTML behind a signed link, no account, gone with the demo."""
