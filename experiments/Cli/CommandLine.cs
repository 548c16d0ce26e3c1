using Compression.Core.Catalog;
using Compression.Core.Reporting;
using Compression.Mpi.Interop;
using Compression.Mpi.Launching;
using Compression.Tracking.Display;

namespace Compression.Experiments.Cli;

/// <summary>The entry point: finds the verb, runs it, and turns every failure into one line and an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs the command line of this process.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="verbs">What the program can do, in the order of the help; the first is meant where none is named.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, IReadOnlyList<Verb> verbs)
    {
        var screen = ConsoleTarget.OfThisProcess(quiet: false, Environment.GetEnvironmentVariable);
        try
        {
            return Run(arguments, CommandEnvironment.OfThisProcess(screen), verbs);
        }
        catch (UserErrorException gone)
        {
            return Report(gone.Code, gone.Message, screen);
        }
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="environment">Where it runs.</param>
    /// <param name="verbs">What the program can do.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, CommandEnvironment environment, IReadOnlyList<Verb> verbs)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        try
        {
            return (int)Dispatch([.. arguments], environment, verbs);
        }
        catch (AlreadyReportedException silent)
        {
            return (int)silent.Code;
        }
        catch (UserErrorException error)
        {
            return Report(error.Code, error.Message, environment);
        }
        catch (DllNotFoundException missing)
        {
            return Report(ExitCode.Environment, $"{missing.Message}; see what is missing with ./run.sh doctor", environment);
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets one line and scripts get a code.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (environment.Variable(CommandEnvironment.DebugVariable) == "1")
            {
                environment.Screen.Error.WriteLine(failure);
            }

            return Report(
                ExitCode.Failure, $"{failure.GetType().Name}: {failure.Message} (set {CommandEnvironment.DebugVariable}=1 to see where)", environment);
        }
    }

    private static ExitCode Dispatch(string[] arguments, CommandEnvironment environment, IReadOnlyList<Verb> verbs)
    {
        switch (arguments)
        {
            case ["--help" or "-h" or "-?" or "help"]:
                HelpText.Overview(environment.Screen.Output, verbs, builds: !environment.IsPublished);
                return Shown(ExitCode.Success, onScreenAlone: true, environment);
            case ["--version"]:
                return Dispatch(["version"], environment, verbs);
            case ["help", .. var rest]:
                return Dispatch([.. rest, "--help"], environment, verbs);
        }

        Verb verb;
        ParsedCommand command;
        try
        {
            (verb, int words) = Find(arguments, verbs);
            command = PathOptions.Resolve(CommandParser.Parse(verb, arguments[words..]), verb, environment);
        }
        catch (UserErrorException error) when (MpiEnvironment.Current.Rank is > 0)
        {
            // All ranks are given the same words; the first says what is wrong with them.
            throw new AlreadyReportedException(error.Code);
        }

        if (command.WantsHelp)
        {
            HelpText.Of(environment.Screen.Output, verb);
            return Shown(ExitCode.Success, onScreenAlone: true, environment);
        }

        return Shown(verb.Run(command, environment), verb.ShowsResults(command), environment);
    }

    // The first word names the verb, or the first two; options alone belong to the first verb of the list.
    private static (Verb Verb, int Words) Find(string[] arguments, IReadOnlyList<Verb> verbs)
    {
        if (arguments.Length == 0 || arguments[0].StartsWith('-'))
        {
            return (verbs[0], 0);
        }

        string first = arguments[0];
        string second = arguments.Length > 1 && !arguments[1].StartsWith('-') ? arguments[1] : "";
        if (verbs.FirstOrDefault(verb => verb.Name == $"{first} {second}") is { } pair)
        {
            return (pair, 2);
        }

        if (verbs.FirstOrDefault(verb => verb.Name == first) is { } single)
        {
            return (single, 1);
        }

        string[] members = [.. verbs.Where(verb => verb.Name.StartsWith(first + " ", StringComparison.Ordinal)).Select(verb => verb.Name[(first.Length + 1)..])];
        if (members.Length == 0)
        {
            string[] names = [.. verbs.Select(verb => verb.Name.Split(' ')[0]).Distinct()];
            throw new UserErrorException(
                ExitCode.Usage, $"{(first.Length == 0 ? "''" : first)}: there is no such verb{NearestNames.Hint(first, names)}; see ./run.sh --help.");
        }

        throw second.Length == 0
            ? new UserErrorException(ExitCode.Usage, $"{first}: say which: {string.Join(", ", members.Select(member => $"{first} {member}"))}.")
            : new UserErrorException(ExitCode.Usage, $"{first} {second}: there is no such verb{NearestNames.Hint(second, members)}; there are {string.Join(", ", members)}.");
    }

    /// <summary>Prints a warning of a command that keeps no log.</summary>
    internal static void Warn(string message, CommandEnvironment environment) => environment.Screen.Error.WriteLine($"warning: {message}");

    /// <summary>Prints warnings, one line each.</summary>
    internal static void Warn(IEnumerable<string> messages, CommandEnvironment environment)
    {
        foreach (string message in messages)
        {
            Warn(message, environment);
        }
    }

    /// <summary>Prints the one line that a failure gets.</summary>
    internal static int Report(ExitCode code, string message, CommandEnvironment environment) => Report(code, message, environment.Screen);

    private static int Report(ExitCode code, string message, ConsoleTarget screen)
    {
        screen.Error.WriteLine(MpiLauncher.ErrorPrefix + ProgramName.AddTo(message).ReplaceLineEndings(" ").Trim());
        screen.Error.Flush();
        return (int)code;
    }

    private static ExitCode Shown(ExitCode code, bool onScreenAlone, CommandEnvironment environment)
    {
        if (environment.Screen.OutputFailure() is not { } failure)
        {
            return code;
        }

        if (!onScreenAlone)
        {
            Warn($"the output could not be written: {failure}; the run's folder has all of it.", environment);
            return code;
        }

        return code == ExitCode.Success ? throw new UserErrorException(ExitCode.Failure, $"the output could not be written: {failure}.") : code;
    }
}
