"""What tests share: people and records, storages, and the application in separate processes."""
