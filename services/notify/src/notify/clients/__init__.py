"""What notify reaches outside: the gateway's directory, and the way out for mail."""
