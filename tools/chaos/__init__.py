"""The fault suite: real uploads while parts of a real installation are ended, and what is left of
them held against what was acknowledged. `script/chaos` runs it; nothing here is imported by the
application, and it reads database and storage by itself."""
