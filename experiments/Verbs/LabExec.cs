using Compression.Core.Reporting;
using Compression.Experiments.Cli;

namespace Compression.Experiments.Verbs;

/// <summary>Any program among hosts that a slow network connects: what others have, on the same links.</summary>
internal sealed class LabExec() : Verb<LabOptions>("lab exec", "run any program on hosts in network namespaces, one process each, with torch.distributed's variables; needs root")
{
    public override bool PassesOn => true;

    public override IReadOnlyList<string> Examples => ["lab exec --hosts 4 --rate 100mbit -- python3 train.py"];

    protected override ExitCode Run(LabOptions options, ParsedCommand command, CommandEnvironment environment)
    {
        if (command.PassedOn is not [var program, ..])
        {
            throw new UserErrorException(ExitCode.Usage, "lab exec: nothing to run; write a program behind --, as in ./run.sh lab exec --hosts 4 -- python3 train.py");
        }

        bool isFile = program.Contains('/', StringComparison.Ordinal);
        if (isFile ? !File.Exists(environment.FullPath(program)) : environment.FindProgram(program) is null)
        {
            throw new UserErrorException(ExitCode.Environment, $"lab exec: no program '{program}'{(isFile ? "" : " in PATH")}; install it, or name its file.");
        }

        using var lab = options.Open(environment);
        return (ExitCode)lab.RunEverywhere(command.PassedOn);
    }
}
