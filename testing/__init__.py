"""What tests share: the cast, the storages, the application in processes of its own."""
