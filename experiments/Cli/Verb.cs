using Compression.Core.Catalog;
using Compression.Core.Reporting;

namespace Compression.Experiments.Cli;

/// <summary>Something that the program can do: <c>./run.sh NAME OPTIONS</c>.</summary>
/// <param name="name">One word, or two where several belong together, as in <c>data ptb</c>.</param>
/// <param name="summary">One line for the table of verbs.</param>
public abstract class Verb(string name, string summary)
{
    /// <summary>One word, or two.</summary>
    public string Name => name;

    /// <summary>One line for the table of verbs.</summary>
    public string Summary => summary;

    /// <summary>What can be written after it.</summary>
    public abstract IReadOnlyList<CommandOption> Options { get; }

    /// <summary>The option whose value may stand without its name; null where there is none.</summary>
    public virtual string? Operand => null;

    /// <summary>What stands behind <c>--</c> is a command of its own, for <see cref="ParsedCommand.PassedOn"/>.</summary>
    public virtual bool PassesOn => false;

    /// <summary>Words that stand without a name, as the help shows them: <c>kind dir...</c>; null where at most <see cref="Operand"/> may.</summary>
    public virtual string? Operands => null;

    /// <summary>Command lines that work, without the program's name.</summary>
    public virtual IReadOnlyList<string> Examples => [];

    /// <summary>Whether what a command finds out is on the screen alone; a run has it in its folder as well.</summary>
    public virtual bool ShowsResults(ParsedCommand command) => true;

    /// <summary>Refuses a command whose operand was left out.</summary>
    /// <param name="value">The operand's.</param>
    /// <param name="what">Continues "needs".</param>
    /// <param name="example">An operand that works.</param>
    /// <exception cref="UserErrorException"><see cref="ExitCode.Usage"/>: it is empty.</exception>
    protected void RequireOperand(string value, string what, string example = "runs/NAME")
    {
        if (value.Length == 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"{Name} needs {what}: ./run.sh {Name} {example}.");
        }
    }

    /// <summary>Does it.</summary>
    /// <returns>How the program ends.</returns>
    /// <exception cref="UserErrorException">It cannot be done.</exception>
    public abstract ExitCode Run(ParsedCommand command, CommandEnvironment environment);
}

/// <summary>A verb whose options are the properties of a record.</summary>
public abstract class Verb<TOptions>(string name, string summary) : Verb(name, summary)
    where TOptions : class, new()
{
    private readonly OptionSchema _schema = OptionSchema.Of(typeof(TOptions));

    public override IReadOnlyList<CommandOption> Options => [.. _schema.Options.Select(CommandOption.Of)];

    public override ExitCode Run(ParsedCommand command, CommandEnvironment environment) =>
        Run((TOptions)_schema.Bind(command.Values, command.AsWritten), command, environment);

    /// <summary>Does it.</summary>
    /// <param name="options">Checked one by one.</param>
    /// <param name="command">What else the user wrote.</param>
    /// <param name="environment">Where it runs.</param>
    protected abstract ExitCode Run(TOptions options, ParsedCommand command, CommandEnvironment environment);
}
