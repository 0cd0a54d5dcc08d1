"""What tests of services stand on: real servers, migrated databases, a service composed in the test's process."""
