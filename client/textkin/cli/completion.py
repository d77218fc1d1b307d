"""`textkin completion`."""

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")

# The variable by which the script asks: click's own name for it.
_VARIABLE = "_TEXTKIN_COMPLETE"

_EXAMPLES = """\b
Examples:
  eval "$(textkin completion bash)"                                        in ~/.bashrc
  eval "$(textkin completion zsh)"                                         in ~/.zshrc, behind compinit
  textkin completion fish > ~/.config/fish/completions/textkin.fish        once
"""


@click.command(short_help="Print the script that completes commands in a shell.", epilog=_EXAMPLES)
@click.argument("shell", type=click.Choice(_SHELLS), metavar="bash|zsh|fish")
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Prints a script that completes commands, options, their values and files at the press of TAB.

    Of --collection it completes the collections that the service has.
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(context.find_root().command, {}, "textkin", _VARIABLE).source())
