"""Files that nobody meant to send, through the real intake. `script/fuzz` runs it.

seeds       sound files of every accepted format, made in code
parts       a file as its chunks, segments or boxes, and back
mutations   one file → another that is not quite right
judge       what a right answer is
files, blocks, properties, coverage    what is run, each for its share of the time
report      what was tried, and what is wrong
"""
