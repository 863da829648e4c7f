"""The demonstration district 晴川区: fictional, made through the services and the one clock."""
