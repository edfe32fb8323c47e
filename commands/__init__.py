"""What each command takes, calls and prints."""
