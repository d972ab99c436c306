"""The pages before the pages: sign-in, invitation, own account. Plain HTML from our own routes, no script in them."""
