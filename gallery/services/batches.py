BATCH = 500  # rows of one statement: SQLite takes 250,000 variables, PostgreSQL 65,535


def batches(keys):
    return (keys[first : first + BATCH] for first in range(0, len(keys), BATCH))
