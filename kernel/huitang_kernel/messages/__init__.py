"""Messages to people outside: SMS and the WeChat official account, and what people write back."""
