"""The real things behind the protocols of the ground floor: mail server, disk, child process."""
