using System.Runtime.InteropServices;
using Compression.Core.Reporting;
using Compression.Experiments.Cli;
using Compression.Tracking.Provenance;

namespace Compression.Experiments.Verbs;

/// <summary>Says which program this is.</summary>
internal sealed class ShowVersion() : Verb<NoOptions>("version", "version of the program, its commit, and the runtime")
{
    protected override ExitCode Run(NoOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        var git = GitState.Of(environment.RepositoryRoot);
        string commit = git is null ? "no commit" : git.Commit[..12] + (git.Dirty ? ", with changes" : "");
        environment.Screen.Output.WriteLine(
            $"{typeof(ShowVersion).Assembly.GetName().Version!.ToString(3)} ({commit}), {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        return ExitCode.Success;
    }
}
