using System.Globalization;
using System.Text;
using Compression.Core.Reporting;

namespace Compression.Tracking.Display;

/// <summary>Where console output goes, and what the place can show.</summary>
public sealed record ConsoleTarget
{
    /// <summary>
    /// Set by the launcher of ranks to the columns of its terminal: under mpiexec a rank's own output is a pipe, and what it
    /// prints is shown on that terminal nevertheless.
    /// </summary>
    public const string TerminalVariable = "COMPRESSION_TERMINAL";

    /// <summary>Columns where nobody tells.</summary>
    public const int DefaultWidth = 80;

    private const int NarrowestTerminal = 20;

    /// <summary>Progress and results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Warnings.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Why some of <see cref="Output"/> could not be shown; null where all was.</summary>
    public Func<string?> OutputFailure { get; init; } = static () => null;

    /// <summary>Columns of the terminal, asked before each drawing; null where there is none and plain lines are due.</summary>
    public Func<int>? TerminalWidth { get; init; }

    /// <summary>Whether the terminal may be given colours.</summary>
    public bool Colors { get; init; }

    /// <summary>Nothing but warnings and the last line.</summary>
    public bool Quiet { get; init; }

    /// <summary>This process's console.</summary>
    /// <param name="quiet">The option <c>--quiet</c>.</param>
    /// <param name="variable">Reads an environment variable: <see cref="TerminalVariable"/>, TERM, NO_COLOR.</param>
    public static ConsoleTarget OfThisProcess(bool quiet, Func<string, string?> variable)
    {
        var output = ScreenStream.Output();
        return new ConsoleTarget
        {
            Output = WriterOf(output),
            Error = WriterOf(ScreenStream.Error()),
            OutputFailure = () => output.Failure,
            TerminalWidth = WidthOf(variable, !Console.IsOutputRedirected),
            Colors = string.IsNullOrEmpty(variable("NO_COLOR")),
            Quiet = quiet,
        };
    }

    private static TextWriter WriterOf(ScreenStream stream) => TextWriter.Synchronized(new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true });

    /// <summary>How wide the terminal is, or null where there is none that understands cursor movements.</summary>
    internal static Func<int>? WidthOf(Func<string, string?> variable, bool outputIsTerminal)
    {
        if (variable("TERM") == "dumb")
        {
            return null;
        }

        if (int.TryParse(variable(TerminalVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && width >= NarrowestTerminal)
        {
            return () => width;
        }

        return outputIsTerminal ? () => Console.WindowWidth >= NarrowestTerminal ? Console.WindowWidth : DefaultWidth : null;
    }
}
