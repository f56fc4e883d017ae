"""A campaign into queued messages: its life, its expansion, its estimate. Never talks to a carrier."""
