"""The record of work: tickets and what belongs to them."""
