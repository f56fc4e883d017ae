"""How to hand a message over: one file per kind of carrier. Carriers report; `delivery` decides."""
