"""What tests share: databases, the application, a strict browser, factories."""
