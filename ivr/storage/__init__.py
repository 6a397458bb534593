"""The database: engine, transactions, and the columns that tables share."""
