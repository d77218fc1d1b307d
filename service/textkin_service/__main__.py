"""`python -m textkin_service` is `textkin-service`."""

from textkin_service.cli import main

if __name__ == "__main__":
    main(prog_name="textkin-service")
