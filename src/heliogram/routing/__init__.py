"""By which sender and account, and as what. Pure: it never calls a carrier."""
