"""Store, replace, fetch and stream a small and a large blob; prints the peak memory (MiB) after
each.

python -m testing.programs.blob_memory
"""

import os
import resource
import tempfile

import django
from django.core.files import File

MIB = 1024 * 1024


class Counter:
    """A file that counts what is written to it."""

    size = 0

    def write(self, data):
        self.size += len(data)

    def flush(self):
        pass


def random_file(size):
    """A temporary file of `size` MiB."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the caller reads it)
    block = os.urandom(MIB)
    for _ in range(size):
        file.write(block)
    file.seek(0)
    return File(file)


def main():
    from imaging import storage

    for name, size in (("small.jpg", 12), ("large.jpg", 100)):
        storage.put("originals", name, random_file(size))
        storage.replace("originals", name, random_file(size))
        out = Counter()
        storage.fetch("originals", name, out)
        assert out.size == size * MIB
        assert sum(map(len, storage.stream("originals", name))) == size * MIB
        yield resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    django.setup()
    print(*main())
