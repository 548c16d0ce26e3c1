using Spectre.Console;

namespace Compression.Tracking.Display;

/// <summary>Consoles of the library that draws. Nothing is detected: a target has been judged already, and under mpiexec a pipe may lead to a terminal.</summary>
public static class TextConsole
{
    /// <summary>A console that writes to <paramref name="output"/>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isTerminal">It understands cursor movements.</param>
    /// <param name="colors">It may be given colours.</param>
    public static IAnsiConsole Of(TextWriter output, bool isTerminal, bool colors) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = colors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(output),
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });
}
